"""The first code that a child process runs: change identity, bind its life to its parent's, become the real program.

Run by path as `python -I -S child.py PARENT SIGNAL IDENTITY FOLDER COMMAND…`, so it imports nothing of ours. It does
not decide which identity is right (`privileges` does). It is no `preexec_fn`, because that would run Python after fork
in a process that may have threads.
"""

import ctypes
import os
import signal
import sys

REFUSED = 125  # the exit status by which the parent knows that the program itself never ran
PREFIX = "idp: "

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def _libc_call(function: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib would double the start-up time of this script
        file.write(text)


def enter_user_namespace(uid: int, gid: int) -> None:
    """Show this process to itself as `uid`, while the file system still sees the user that started it."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _libc_call("unshare", _CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")  # the kernel asks for this before it lets a process write its own gid_map
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def assume(identity: str) -> None:
    """Take on `-` (stay as we are), `drop:UID:GID` or `namespace:UID:GID`."""
    if identity == "-":
        return
    kind, uid, gid = identity.split(":")
    if kind == "namespace":
        enter_user_namespace(int(uid), int(gid))
        return
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))


def die_with(parent: int, number: int) -> None:
    """Ask the kernel for signal `number` when the parent dies. After `assume`: a change of uid clears the wish."""
    if sys.platform != "linux" or number == 0:
        return
    _libc_call("prctl", _PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we had asked, so no signal will come
        sys.exit(REFUSED)


def main(arguments: list[str]) -> None:
    """Become the command, or say on stderr in one line why that was refused."""
    parent, number, identity, folder, *command = arguments
    doing = "change the user of a child process"
    try:
        assume(identity)
        doing = "bind a child process to its parent"
        die_with(int(parent), int(number))
        doing = f"enter {folder}"
        os.chdir(folder)
        doing = f"run {command[0]}"
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{PREFIX}cannot {doing}: {error.strerror}\n")
        sys.exit(REFUSED)


if __name__ == "__main__":
    main(sys.argv[1:])
