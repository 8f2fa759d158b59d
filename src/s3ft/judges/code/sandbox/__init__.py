"""Runs programs that a model wrote, and believes nothing that they say.

Threat model. The program is taken to be hostile: written to pass tests that it does not meet, to
read or harm what is on the machine, or to hold it up. The tests, the setup and the gold are the
user's own and are trusted to mean well; they run confined all the same.

Forging a verdict. The program and the tests run in two processes. The functions that the tests
call are stand-ins; arguments and returns cross a pipe as literals in JSON, with bounds on size and
depth, and everything that comes from the program is parsed as hostile. Objects that are no literals
stay in the program's process; what stands for one equals nothing but itself. The expected values
are never in the program's process, not even in memory that was freed.

Harm. Both processes are forked from a clean helper process, which holds no torch and an empty
environment, and are confined in layers:

====  ==============================================================================
L3    own user, process, network and IPC namespaces, and all of L2
L2    Landlock: read-only access to Python's own files and the C libraries; and L1
L1    seccomp: no sockets, processes, threads, exec, signals, writable files; and L0
L0    limits on processor time, memory, output and open files; killed at the time limit
====  ==============================================================================

Which layers work is found by trying them and by attacking them from inside, at every start. Below
L2 nothing is run unless that level is asked for by name.

What this does not cover: errors in the kernel and the processor, side channels, what is readable
in the folders of installed packages, what ``stat`` and ``readlink`` say of any path (Landlock does
not restrict them, and imports need them: that it exists, its size, owner, times and target, never
its contents), tests that a wrong program passes, and time (a program may use its limit). A job that
asks for one process gets it: that still harms nothing, but a program written for it can forge that
pass. At L1 a program can read
files, at L0 it can do what its user can.
"""

from ._client import LEVELS, Job, Level, Outcome, Sandbox, SandboxError

__all__ = ["LEVELS", "Job", "Level", "Outcome", "Sandbox", "SandboxError"]
