// SPDX-License-Identifier: Apache-2.0
//! A hook in Rust: nothing is changed outside the hours (UTC) that CHANGE_HOURS says, as 9-17. In
//! the hooks file it needs env: [CHANGE_HOURS].
use garboard_abi::{barrier, plugin, status, verdict, Failure, Hook, Sink, Str};
use std::ffi::c_void;
use std::time::{SystemTime, UNIX_EPOCH};

struct Hours {
    first: u64,
    end: u64,
}

impl Hours {
    fn parse(text: &str) -> Option<Hours> {
        let (first, end) = text.split_once('-')?;
        Some(Hours { first: first.parse().ok()?, end: end.parse().ok()? })
    }
    fn hold(&self, hour: u64) -> bool {
        self.first <= hour && hour < self.end
    }
}

extern "C" fn describe(json: *const Sink, error: *mut c_void) -> i32 {
    barrier(error, || {
        unsafe { &*json }
            .write(r#"{"events":["before_run"],"configSchema":{"type":"object","maxProperties":0}}"#);
        Ok(())
    })
}

extern "C" fn create(_config: Str, out: *mut *mut c_void, error: *mut c_void) -> i32 {
    barrier(error, || {
        let text = std::env::var("CHANGE_HOURS").unwrap_or_default();
        let hours = Hours::parse(&text)
            .ok_or_else(|| Failure::new(status::INVALID, "CHANGE_HOURS is not set to hours, as 9-17"))?;
        unsafe { *out = Box::into_raw(Box::new(hours)) as *mut c_void };
        Ok(())
    })
}

extern "C" fn destroy(hook: *mut c_void) {
    drop(unsafe { Box::from_raw(hook as *mut Hours) });
}

extern "C" fn event(
    hook: *mut c_void,
    _event: Str,
    answer: *mut i32,
    findings: *const Sink,
    error: *mut c_void,
) -> i32 {
    barrier(error, || {
        let hours = unsafe { &*(hook as *const Hours) };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
        let hour = now.as_secs() / 3600 % 24;
        if hours.hold(hour) {
            unsafe { *answer = verdict::ALLOW };
            return Ok(());
        }
        unsafe { *answer = verdict::DENY };
        unsafe { &*findings }.write(&format!(
            r#"{{"findings":[{{"rule":"hours","severity":"error","message":"it is {} h UTC: changes are made from {} to {} h"}}]}}"#,
            hour, hours.first, hours.end
        ));
        Ok(())
    })
}

static HOOK: Hook =
    Hook { size: std::mem::size_of::<Hook>() as u32, flags: 0, describe, create, destroy, event };

plugin!("hook", "garboard.hook/1", HOOK, "hours", "1.0.0", "");
