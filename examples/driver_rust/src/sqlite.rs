// SPDX-License-Identifier: Apache-2.0
//! As much of SQLite's C library as the driver needs.
use garboard_abi::{status, Failure, Str, RETRYABLE};
use std::ffi::{c_void, CStr, CString};
use std::os::raw::{c_char, c_int};

#[link(name = "sqlite3")]
extern "C" {
    fn sqlite3_open(file: *const c_char, db: *mut *mut c_void) -> c_int;
    fn sqlite3_close(db: *mut c_void) -> c_int;
    fn sqlite3_errmsg(db: *mut c_void) -> *const c_char;
    fn sqlite3_errcode(db: *mut c_void) -> c_int;
    fn sqlite3_total_changes(db: *mut c_void) -> c_int;
    fn sqlite3_prepare_v2(
        db: *mut c_void,
        sql: *const u8,
        size: c_int,
        out: *mut *mut c_void,
        tail: *mut *const u8,
    ) -> c_int;
    fn sqlite3_bind_text(
        statement: *mut c_void,
        index: c_int,
        text: *const u8,
        size: c_int,
        destructor: *const c_void,
    ) -> c_int;
    fn sqlite3_step(statement: *mut c_void) -> c_int;
    fn sqlite3_finalize(statement: *mut c_void) -> c_int;
    fn sqlite3_column_count(statement: *mut c_void) -> c_int;
    fn sqlite3_column_text(statement: *mut c_void, column: c_int) -> *const u8;
    fn sqlite3_column_bytes(statement: *mut c_void, column: c_int) -> c_int;
}

const BUSY: c_int = 5;
const ROW: c_int = 100;
const DONE: c_int = 101;

pub struct Connection {
    db: *mut c_void,
}

struct Statement(*mut c_void);
impl Drop for Statement {
    fn drop(&mut self) {
        unsafe { sqlite3_finalize(self.0) };
    }
}

impl Connection {
    pub fn open(file: &[u8]) -> Result<Connection, Failure> {
        let name = CString::new(file).map_err(|_| Failure::new(status::INVALID, "a name with a NUL"))?;
        let mut connection = Connection { db: std::ptr::null_mut() };
        let code = unsafe { sqlite3_open(name.as_ptr(), &mut connection.db) };
        if code == 0 {
            Ok(connection)
        } else {
            Err(connection.failure())
        }
    }

    /// Runs one statement; `offer` gets each row and says whether it wants more. Rows changed, or -1.
    pub fn run(
        &self,
        sql: &[u8],
        params: &[Str],
        offer: &mut dyn FnMut(&[Str]) -> bool,
    ) -> Result<i64, Failure> {
        let mut raw = std::ptr::null_mut();
        let size = sql.len() as c_int;
        if unsafe { sqlite3_prepare_v2(self.db, sql.as_ptr(), size, &mut raw, std::ptr::null_mut()) } != 0 {
            return Err(self.failure());
        }
        if raw.is_null() {
            return Ok(-1); // nothing but comments
        }
        let statement = Statement(raw);
        for (i, param) in params.iter().enumerate() {
            // one without a pointer is NULL; the bytes outlive the statement
            unsafe {
                sqlite3_bind_text(
                    statement.0,
                    i as c_int + 1,
                    param.ptr,
                    param.len as c_int,
                    std::ptr::null(),
                )
            };
        }
        let before = unsafe { sqlite3_total_changes(self.db) };
        let columns = unsafe { sqlite3_column_count(statement.0) };
        loop {
            match unsafe { sqlite3_step(statement.0) } {
                DONE if columns == 0 => {
                    return Ok((unsafe { sqlite3_total_changes(self.db) } - before) as i64)
                }
                DONE => return Ok(-1),
                ROW => {
                    let cells: Vec<Str> = (0..columns).map(|i| statement.cell(i)).collect();
                    if !offer(&cells) {
                        return Ok(-1);
                    }
                }
                _ => return Err(self.failure()),
            }
        }
    }

    fn failure(&self) -> Failure {
        let message = unsafe { CStr::from_ptr(sqlite3_errmsg(self.db)) };
        let mut failure = Failure::new(status::SQL, message.to_string_lossy());
        if failure.message.starts_with("no such table") {
            failure.sqlstate = "42S02";
        }
        if unsafe { sqlite3_errcode(self.db) } == BUSY {
            failure.flags = RETRYABLE;
        }
        failure
    }
}

impl Statement {
    fn cell(&self, column: c_int) -> Str {
        let ptr = unsafe { sqlite3_column_text(self.0, column) };
        Str { ptr, len: unsafe { sqlite3_column_bytes(self.0, column) } as usize }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        unsafe { sqlite3_close(self.db) };
    }
}
