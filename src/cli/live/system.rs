//! Where the system's own programs are. Never looked for in `PATH`, in the current folder, or where an inherited
//! variable says: anybody can put a `netstat` there.

use std::path::PathBuf;

/// The program of this name that belongs to the system.
pub fn program(name: &str) -> Option<PathBuf> {
    folders().into_iter().map(|folder| folder.join(file_name(name))).find(|path| path.is_file())
}

/// Where it would be, for a message.
pub fn expected_at(name: &str) -> PathBuf {
    folders().into_iter().next().unwrap_or_default().join(file_name(name))
}

#[cfg(windows)]
fn file_name(name: &str) -> String {
    format!("{name}.exe")
}

#[cfg(not(windows))]
fn file_name(name: &str) -> &str {
    name
}

#[cfg(not(windows))]
fn folders() -> Vec<PathBuf> {
    ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].into_iter().map(PathBuf::from).collect()
}

#[cfg(windows)]
fn folders() -> Vec<PathBuf> {
    folder_of_windows().into_iter().collect()
}

/// `C:\Windows\System32`, as the Windows API has it.
#[cfg(windows)]
#[allow(unsafe_code)] // the one call for which the standard library has no name
fn folder_of_windows() -> Option<PathBuf> {
    use std::os::windows::ffi::OsStringExt;
    use windows_sys::Win32::System::SystemInformation::GetSystemDirectoryW;

    let mut buffer = vec![0_u16; 512];
    let room = u32::try_from(buffer.len()).ok()?;
    // SAFETY: the pointer is to `room` writable units, and `buffer` outlives the call.
    let length = unsafe { GetSystemDirectoryW(buffer.as_mut_ptr(), room) };
    let length = usize::try_from(length).ok()?;
    // 0 is a failure, and a length beyond the buffer the length that was wanted.
    let path = buffer.get(..length).filter(|path| !path.is_empty())?;
    Some(PathBuf::from(std::ffi::OsString::from_wide(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_named_by_absolute_path() {
        assert!(folders().iter().all(|folder| folder.is_absolute()));
        assert_eq!(program("no-such-program"), None);
        assert!(expected_at("netstat").is_absolute());
    }
}
