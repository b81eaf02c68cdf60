// SPDX-License-Identifier: Apache-2.0
//! garboard/abi.h in Rust: its tables, the identity note, and a barrier that no panic crosses.
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicPtr, Ordering};

pub mod status {
    pub const OK: i32 = 0;
    pub const INVALID: i32 = 1;
    pub const UNSUPPORTED: i32 = 2;
    pub const CONNECT: i32 = 3;
    pub const SQL: i32 = 5;
    pub const LOCK_BUSY: i32 = 8;
    pub const INTERNAL: i32 = 10;
}
pub mod verdict {
    pub const ALLOW: i32 = 0;
    pub const WARN: i32 = 1;
    pub const DENY: i32 = 2;
}
pub const RETRYABLE: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub ptr: *const u8,
    pub len: usize,
}
impl Str {
    pub const fn of(text: &str) -> Str {
        Str { ptr: text.as_ptr(), len: text.len() }
    }
    pub const NULL: Str = Str { ptr: std::ptr::null(), len: 0 };
    /// # Safety
    /// The bytes must be there for as long as the slice is.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.ptr.is_null() {
            &[]
        } else {
            std::slice::from_raw_parts(self.ptr, self.len)
        }
    }
}

#[repr(C)]
pub struct Sink {
    ctx: *mut c_void,
    write: extern "C" fn(*mut c_void, *const u8, usize),
}
impl Sink {
    pub fn write(&self, text: &str) {
        (self.write)(self.ctx, text.as_ptr(), text.len())
    }
}

#[repr(C)]
pub struct ErrorInfo {
    size: u32,
    flags: u32,
    native_code: i64,
    position: i64,
    sqlstate: Str,
    message: Str,
    detail: Str,
    hint: Str,
    context_json: Str,
}

#[repr(C)]
pub struct Host {
    size: u32,
    abi_minor: u32,
    name: Str,
    version: Str,
    log: extern "C" fn(*const Host, i32, Str, Str),
    fail: extern "C" fn(*mut c_void, *const ErrorInfo),
    cancelled: extern "C" fn(*const Host) -> i32,
    get_interface: extern "C" fn(*const Host, *const std::os::raw::c_char) -> *const c_void,
}

#[repr(C)]
pub struct Call {
    pub size: u32,
    pub flags: u32,
    pub timeout_ms: i64,
    pub params: *const Str,
    pub n_params: usize,
    pub ctx: *mut c_void,
    pub columns: Option<extern "C" fn(*mut c_void, *const Str, usize)>,
    pub row: Option<extern "C" fn(*mut c_void, *const Str, usize) -> i32>,
}

pub type Slot = Option<extern "C" fn()>; // of a function that is left out

#[repr(C)]
pub struct Driver {
    pub size: u32,
    pub flags: u32,
    pub describe: extern "C" fn(*const Sink, *mut c_void) -> i32,
    pub open: extern "C" fn(Str, *mut *mut c_void, *mut c_void) -> i32,
    pub close: extern "C" fn(*mut c_void),
    pub server_info: extern "C" fn(*mut c_void, *const Sink, *mut c_void) -> i32,
    pub exec: extern "C" fn(*mut c_void, Str, *const Call, *mut i64, *mut c_void) -> i32,
    pub tx: extern "C" fn(*mut c_void, i32, *mut c_void) -> i32,
    pub optional: [Slot; 8],
}

#[repr(C)]
pub struct Hook {
    pub size: u32,
    pub flags: u32,
    pub describe: extern "C" fn(*const Sink, *mut c_void) -> i32,
    pub create: extern "C" fn(Str, *mut *mut c_void, *mut c_void) -> i32,
    pub destroy: extern "C" fn(*mut c_void),
    pub event: extern "C" fn(*mut c_void, Str, *mut i32, *const Sink, *mut c_void) -> i32,
}

#[repr(C)]
pub struct Plugin {
    pub size: u32,
    pub abi_minor: u16,
    pub min_host_minor: u16,
    pub name: Str,
    pub version: Str,
    pub vendor: Str,
    pub license: Str,
    pub url: Str,
    pub init: extern "C" fn(*const Host, *mut c_void) -> i32,
    pub shutdown: Option<extern "C" fn()>,
    pub get_interface: extern "C" fn(*const std::os::raw::c_char) -> *const c_void,
}

// what tests/abi/layout.c of garboard says
const _: () = assert!(std::mem::size_of::<ErrorInfo>() == 104);
const _: () = assert!(std::mem::size_of::<Host>() == 72);
const _: () = assert!(std::mem::size_of::<Call>() == 56);
const _: () = assert!(std::mem::size_of::<Driver>() == 120);
const _: () = assert!(std::mem::size_of::<Hook>() == 40);
const _: () = assert!(std::mem::size_of::<Plugin>() == 112);

// constant tables of pointers to constants
unsafe impl Sync for Driver {}
unsafe impl Sync for Hook {}
unsafe impl Sync for Plugin {}

static HOST: AtomicPtr<Host> = AtomicPtr::new(std::ptr::null_mut());

pub extern "C" fn init(host: *const Host, _error: *mut c_void) -> i32 {
    HOST.store(host as *mut Host, Ordering::Release);
    status::OK
}

/// What a slot reports.
pub struct Failure {
    pub status: i32,
    pub flags: u32,
    pub sqlstate: &'static str,
    pub message: String,
}
impl Failure {
    pub fn new(status: i32, message: impl Into<String>) -> Failure {
        Failure { status, flags: 0, sqlstate: "", message: message.into() }
    }
}

/// Runs `body`, and turns its failure or panic into a status.
pub fn barrier(error: *mut c_void, body: impl FnOnce() -> Result<(), Failure>) -> i32 {
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return status::OK,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new(status::INTERNAL, "the plugin panicked"),
    };
    let info = ErrorInfo {
        size: std::mem::size_of::<ErrorInfo>() as u32,
        flags: failure.flags,
        native_code: 0,
        position: -1,
        sqlstate: Str::of(failure.sqlstate),
        message: Str::of(&failure.message),
        detail: Str::NULL,
        hint: Str::NULL,
        context_json: Str::NULL,
    };
    let host = HOST.load(Ordering::Acquire);
    if !host.is_null() {
        unsafe { ((*host).fail)(error, &info) };
    }
    failure.status
}

/// The identity note, and the plugin's only exported function.
#[macro_export]
macro_rules! plugin {
    ($kind:literal, $interface:literal, $table:path, $name:literal, $version:literal, $more:literal) => {
        const NOTE_TEXT: &str = concat!(
            "{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"",
            $name,
            "\",\"version\":\"",
            $version,
            "\",\"kinds\":[\"",
            $kind,
            "\"]",
            $more,
            "}\0"
        );
        #[repr(C, align(4))]
        pub struct Note {
            sizes: [u32; 3],
            name: [u8; 12],
            text: [u8; (NOTE_TEXT.len() + 3) & !3],
        }
        #[used]
        #[link_section = ".note.garboard"]
        static NOTE: Note = {
            let mut text = [0u8; (NOTE_TEXT.len() + 3) & !3];
            let mut i = 0;
            while i < NOTE_TEXT.len() {
                text[i] = NOTE_TEXT.as_bytes()[i];
                i += 1;
            }
            Note { sizes: [9, NOTE_TEXT.len() as u32, 1], name: *b"Garboard\0\0\0\0", text }
        };
        extern "C" fn get_interface(id: *const std::os::raw::c_char) -> *const std::ffi::c_void {
            let id = unsafe { std::ffi::CStr::from_ptr(id) };
            if id.to_bytes() == $interface.as_bytes() {
                &$table as *const _ as *const std::ffi::c_void
            } else {
                std::ptr::null()
            }
        }
        #[no_mangle]
        pub extern "C" fn garboard_plugin_v1() -> *const $crate::Plugin {
            static PLUGIN: $crate::Plugin = $crate::Plugin {
                size: std::mem::size_of::<$crate::Plugin>() as u32,
                abi_minor: 0,
                min_host_minor: 0,
                name: $crate::Str::of($name),
                version: $crate::Str::of($version),
                vendor: $crate::Str::NULL,
                license: $crate::Str::NULL,
                url: $crate::Str::NULL,
                init: $crate::init,
                shutdown: None,
                get_interface,
            };
            &PLUGIN
        }
    };
}
