"""watch.py COLUMNSxROWS PROGRAM [ARGUMENT...]

Runs a program in a terminal of its own and does what stdin says, a word and its arguments a line:

  size COLUMNSxROWS   makes the terminal as large
  until TEXT          waits until the screen shows the text
  gone TEXT           waits until it does not
  screen              prints what stands there, and a line with a dot
  keys TEXT           types it
  kill SIGNAL         sends it
  run COMMAND         runs it elsewhere
  idle SECONDS        prints how many ticks of the processor the program takes meanwhile, and how many bytes it writes
  end                 waits until the program has ended: prints its status, whether the terminal is as before, and the
                      modes that it has left on
"""
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time

terminal, inner = pty.openpty()


def size(columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


size(*map(int, sys.argv[1].split("x")))
before = termios.tcgetattr(inner)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(inner, descriptor)
    os.closerange(3, 100)
    os.execvp(sys.argv[2], sys.argv[2:])

grid, at, modes, pending, count, status = {}, [0, 0], set(), "", 0, None
TOKEN = re.compile("\x1b\\[(\\?)?([0-9;]*)([A-Za-z])|\x1b|[^\x1b]", re.S)
PART = re.compile("\x1b(\\[[?0-9;]*)?$")


def take(text):
    global pending
    text = pending + text
    rest = PART.search(text)
    pending = rest.group(0) if rest else ""
    for token in TOKEN.finditer(text[: len(text) - len(pending)]):
        kind, arguments, private = token.group(3), token.group(2) or "", token.group(1)
        if kind == "H":
            at[:] = [int(n) - 1 for n in arguments.split(";")]
        elif kind == "K":
            for column in range(at[1], 1000):
                grid.pop((at[0], column), None)
        elif kind == "J":
            grid.clear()
        elif private and kind in "hl":
            (modes.add if kind == "h" else modes.discard)(arguments)
        elif kind is None and token.group(0) >= " ":
            grid[at[0], at[1]] = token.group(0)
            at[1] += 1


def read(seconds):
    """False: the program has ended, and all that it wrote was read."""
    global count, status
    if status is None:
        ended, how = os.waitpid(pid, os.WNOHANG)
        status = os.waitstatus_to_exitcode(how) if ended else None
    ready = select.select([terminal], [], [], 0 if status is not None else seconds)[0]
    if ready:
        data = os.read(terminal, 65536)
        count += len(data)
        take(data.decode("utf-8", "replace"))
    return bool(ready) or status is None


def screen():
    lines = []
    for row in range(max([r for r, _ in grid], default=-1) + 1):
        width = max([c for r, c in grid if r == row], default=-1) + 1
        lines.append("".join(grid.get((row, c), " ") for c in range(width)).rstrip())
    return lines


def until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        if not read(0.2) or time.monotonic() > deadline:
            print("never; the screen is:\n" + "\n".join(screen()))
            sys.exit(1)


def ticks():
    fields = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


for line in sys.stdin:
    word, _, rest = line.rstrip("\n").partition(" ")
    if word == "size":
        size(*map(int, rest.split("x")))
    elif word == "until":
        until(lambda: rest in "\n".join(screen()))
    elif word == "gone":
        until(lambda: rest not in "\n".join(screen()))
    elif word == "screen":
        print("\n".join(screen()) + "\n.")
    elif word == "keys":
        os.write(terminal, rest.encode())
    elif word == "kill":
        os.kill(pid, getattr(signal, rest))
    elif word == "run":
        quiet = subprocess.DEVNULL
        subprocess.run(rest, shell=True, stdin=quiet, stdout=quiet, stderr=quiet, check=True)
    elif word == "idle":
        begun, used, count = time.monotonic(), ticks(), 0
        while time.monotonic() - begun < float(rest):
            read(0.5)
        print(ticks() - used, count)
    elif word == "end":
        while read(0.2):
            pass
        same = termios.tcgetattr(inner) == before
        print(status, "as before" if same else "changed", " ".join(sorted(modes)))
    sys.stdout.flush()
