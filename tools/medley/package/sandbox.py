"""A place like Lambda's: package and layers unpacked, read-only, and Python with nothing else.

Where the kernel lets a user make namespaces, the trees lie at Lambda's own paths, ``/tmp`` is a
small file system of its own, and the user is not root. Elsewhere the same environment points at
the trees where they were unpacked.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from medley.layers.archive import Archive, unpack
from medley.package import bootstrap

USER, GROUP = 993, 990
TMP_MB = 64
# What Lambda's runtime brings.
RUNTIME = (
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "six.py",
    "urllib3",
)
# Programs and libraries that Lambda lacks, so none of this machine's may help out.
ABSENT = (
    "/usr/bin/tesseract",
    "/usr/bin/ffmpeg",
    "/usr/lib/*/libtesseract.so*",
    "/usr/lib/*/liblept.so*",
)
_MOUNTS = """set -e
mount --bind "$1" /mnt
mount --bind "$2" /mnt/lang
mount -t tmpfs tmpfs /var
mkdir /var/task /var/runtime /var/lang
for place in task runtime lang; do
  mount --bind "/mnt/$place" "/var/$place"
  mount -o remount,bind,ro "/var/$place"
done
mount --bind /mnt/opt /opt
mount -o remount,bind,ro /opt
for absent in {absent}; do
  [ ! -e "$absent" ] || mount --bind /dev/null "$absent"
done
mount -t tmpfs -o size={megabytes}m,mode=1777 tmpfs /tmp
mount -t tmpfs -o ro tmpfs /mnt
cd /var/task
shift 2
exec unshare --user --map-user={user} --map-group={group} -- "$@"
"""


@dataclass(frozen=True)
class Answer:
    """One start of a function. Times are seconds of processor time."""

    document: dict[str, Any]
    log: str
    imports: str

    @property
    def result(self) -> Any:
        """What the handler returned.

        Raises:
            AssertionError: it raised; with its trace.
        """
        if "error" in self.document:
            raise AssertionError(f"{self.document['error']['trace']}\n{self.log[-2000:]}")
        return self.document.get("result")

    @property
    def import_seconds(self) -> float:
        """What importing the app took."""
        self.result  # noqa: B018 -- raises when the import did
        return float(self.document["import_seconds"])


class Sandbox:
    """A function with its layers, ready to be started any number of times."""

    def __init__(self, root: Path, function: Archive, layers: Sequence[Archive] = ()) -> None:
        self.root = root
        for name in ("task", "opt", "runtime", "lang", "tmp"):
            (root / name).mkdir(parents=True)
        unpack(function.path, root / "task")
        for layer in layers:
            unpack(layer.path, root / "opt")
        _copy_runtime(root / "runtime")

    @cached_property
    def isolated(self) -> bool:
        """Whether the kernel lets this user have Lambda's paths."""
        tried = self._command(["true"], {})
        return bool(tried) and _succeeds(tried)

    def start(
        self,
        handler: str,
        event: Any = None,
        environment: Mapping[str, str] | None = None,
        *,
        call: bool = True,
        timeout: float = 120,
    ) -> Answer:
        """Start afresh, import ``handler``, call it with ``event`` unless not wanted."""
        variables = self._environment(handler, environment or {})
        with TemporaryFile() as answer, TemporaryDirectory() as scratch:
            if not self.isolated:
                variables["TMPDIR"] = scratch
            python = self._place("lang") + f"/bin/python{sysconfig.get_python_version()}"
            program = [python, "-S", "-s", "-P", "-B", "-X", "importtime"]
            program += [self._place("runtime") + "/bootstrap.py", str(answer.fileno()), handler]
            program += ["call"] if call else []
            command = self._command(program, variables) if self.isolated else program
            done = subprocess.run(
                command,
                input=json.dumps(event),
                env=None if self.isolated else variables,
                pass_fds=[answer.fileno()],
                capture_output=True,
                text=True,
                timeout=timeout,
                cwd=self.root / "task",
                check=False,
            )
            answer.seek(0)
            said = answer.read()
        timed = "\n".join(x for x in done.stderr.splitlines() if x.startswith("import time:"))
        log = done.stdout + "\n".join(
            x for x in done.stderr.splitlines() if not x.startswith("import time:")
        )
        if not said:
            raise AssertionError(f"{handler} ended with {done.returncode}: {log[-2000:]}")
        return Answer(json.loads(said), log, timed)

    def _place(self, name: str) -> str:
        if self.isolated:
            return "/opt" if name == "opt" else f"/var/{name}"
        return sys.base_prefix if name == "lang" else str(self.root / name)

    def _environment(self, handler: str, more: Mapping[str, str]) -> dict[str, str]:
        task, opt, runtime, lang = map(self._place, ("task", "opt", "runtime", "lang"))
        programs = [f"{lang}/bin", "/usr/local/bin", "/usr/bin", "/bin", f"{opt}/bin"]
        libraries = [f"{lang}/lib", "/lib64", "/usr/lib64", runtime, f"{runtime}/lib"]
        libraries += [task, f"{task}/lib", f"{opt}/lib"]
        if not self.isolated:
            programs.insert(0, f"{opt}/bin")  # this machine's Tesseract must not help out
        return {
            "PATH": ":".join(programs),
            "LD_LIBRARY_PATH": ":".join(libraries),
            "PYTHONPATH": ":".join([task, f"{opt}/python", runtime]),
            "LAMBDA_TASK_ROOT": task,
            "LAMBDA_RUNTIME_DIR": runtime,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_NAME": f"sandbox-{handler.rpartition('.')[2]}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "TMPDIR": "/tmp",  # noqa: S108 -- Lambda's
            "_HANDLER": handler,
            **more,
        }

    def _command(self, program: Sequence[str], variables: Mapping[str, str]) -> list[str]:
        if sys.platform != "linux" or shutil.which("unshare") is None:
            return []
        mounts = _MOUNTS.format(absent=" ".join(ABSENT), megabytes=TMP_MB, user=USER, group=GROUP)
        inside = ["env", "-i", *(f"{name}={value}" for name, value in variables.items()), *program]
        outside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounts, "mounts"]
        return [*outside, str(self.root), sys.base_prefix, *inside]


def _copy_runtime(folder: Path) -> None:
    """The SDK of the runtime, from this environment, compiled as it is there."""
    packages = Path(sysconfig.get_path("purelib"))
    leave = shutil.ignore_patterns("__pycache__")
    for name in RUNTIME:
        if (packages / name).is_dir():
            shutil.copytree(packages / name, folder / name, ignore=leave)
        else:
            shutil.copyfile(packages / name, folder / name)
    shutil.copyfile(Path(bootstrap.__file__), folder / "bootstrap.py")
    # Importing them once, while it can still be written, compiles what is used and no more.
    warm = "import boto3; [boto3.client(n, 'us-east-1') for n in ('s3', 'dynamodb', 'sqs', 'ssm')]"
    environment = {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-S", "-s", "-P", "-c", warm]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
