// SPDX-License-Identifier: Apache-2.0
//! A driver in Rust, with just what migrating takes: SQLite files, as rust:/path/app.db.
mod sqlite;

use garboard_abi::{barrier, plugin, status, Call, Driver, Failure, Sink, Str, RETRYABLE};
use sqlite::Connection;
use std::ffi::c_void;

extern "C" fn describe(json: *const Sink, error: *mut c_void) -> i32 {
    barrier(error, || {
        unsafe { &*json }.write(include_str!("describe.json"));
        Ok(())
    })
}

extern "C" fn open(options: Str, out: *mut *mut c_void, error: *mut c_void) -> i32 {
    barrier(error, || {
        let reader = Connection::open(b":memory:")?; // SQLite reads the JSON
        let mut file = Vec::new();
        let query = b"SELECT json_extract(?1, '$.database')";
        reader.run(query, &[options], &mut |cells| {
            file.extend_from_slice(unsafe { cells[0].bytes() });
            false
        })?;
        let opened = Connection::open(&file).map_err(|f| Failure::new(status::CONNECT, f.message))?;
        unsafe { *out = Box::into_raw(Box::new(opened)) as *mut c_void };
        Ok(())
    })
}

extern "C" fn close(connection: *mut c_void) {
    drop(unsafe { Box::from_raw(connection as *mut Connection) });
}

extern "C" fn server_info(_connection: *mut c_void, json: *const Sink, error: *mut c_void) -> i32 {
    barrier(error, || {
        unsafe { &*json }.write(r#"{"product":"SQLite","version":""}"#);
        Ok(())
    })
}

extern "C" fn exec(
    connection: *mut c_void,
    sql: Str,
    call: *const Call,
    affected: *mut i64,
    error: *mut c_void,
) -> i32 {
    barrier(error, || {
        let (connection, call) = unsafe { (&*(connection as *const Connection), &*call) };
        let params = match call.n_params {
            0 => &[],
            n => unsafe { std::slice::from_raw_parts(call.params, n) },
        };
        let mut offer = |cells: &[Str]| match call.row {
            Some(row) => row(call.ctx, cells.as_ptr(), cells.len()) == 0,
            None => true,
        };
        let changed = connection.run(unsafe { sql.bytes() }, params, &mut offer)?;
        unsafe { *affected = changed };
        Ok(())
    })
}

extern "C" fn tx(connection: *mut c_void, op: i32, error: *mut c_void) -> i32 {
    barrier(error, || {
        let connection = unsafe { &*(connection as *const Connection) };
        let sql = match op {
            0 => "BEGIN IMMEDIATE",
            1 => "COMMIT",
            2 => "ROLLBACK",
            _ => return Err(Failure::new(status::UNSUPPORTED, "no such transaction")),
        };
        match connection.run(sql.as_bytes(), &[], &mut |_| true) {
            Ok(_) => Ok(()),
            Err(failure) if op == 0 && failure.flags == RETRYABLE => {
                Err(Failure::new(status::LOCK_BUSY, "somebody else writes to the file"))
            }
            Err(failure) => Err(failure),
        }
    })
}

static DRIVER: Driver = Driver {
    size: std::mem::size_of::<Driver>() as u32,
    flags: 0,
    describe,
    open,
    close,
    server_info,
    exec,
    tx,
    optional: [None; 8],
};

plugin!("driver", "garboard.driver/1", DRIVER, "rust", "1.0.0", ",\"schemes\":[\"rust\"]");
