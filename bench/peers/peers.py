"""Where the peers of the benchmarks are: build/peers (bench/peers/install), else PATH."""
import glob
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = pathlib.Path(os.environ.get("WHERRY_PEERS", ROOT / "build/peers"))


def program(name):
    """The peer's program, or None."""
    ours = PEERS / "bin" / name
    return str(ours) if ours.exists() else shutil.which(name)


def wasmtime_library():
    """wasmtime's shared library from its Python package, or None."""
    found = glob.glob(str(PEERS / "python/lib/python3*/site-packages/wasmtime/*/_libwasmtime.so"))
    return found[0] if found else None


def wasmtime_start():
    """The command that measures wasmtime's pooling allocator (wasmtime_start.c), or None."""
    library = wasmtime_library()
    if not library:
        return None
    built = ROOT / "build/bin/wasmtime_start"
    source = ROOT / "bench/peers/wasmtime_start.c"
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["cc", "-O2", str(source), "-ldl", "-lpthread", "-o", str(built)], check=True)
    return [str(built), library, str(ROOT / "bench/guests/touch.wat")]


def bench(name):
    """A benchmark program of this project, built."""
    folder = ROOT / "build"
    subprocess.run(["cmake", "-B", str(folder), "-DWHERRY_BENCH=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", str(folder), f"bench_{name}"], check=True, stdout=subprocess.DEVNULL)
    return str(folder / f"bin/bench_{name}")
