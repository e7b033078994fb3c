# SPDX-License-Identifier: Apache-2.0
"""What bench/run starts and ends, and what it costs: processes."""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")


def run(*words, stdin=None):
    """The standard output of a command that has to succeed."""
    done = subprocess.run(words, input=stdin, text=True, check=False,
                          capture_output=True)
    if done.returncode:
        raise SystemExit("bench: %s failed:\n%s%s" % (
            words[0], done.stdout, done.stderr))
    return done.stdout


HOLDERS = []


def free_port():
    """One that is ours until this process ends."""
    holder = subprocess.Popen([os.path.join(HERE, "..", "build/free-ports")],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    HOLDERS.append(holder)
    return int(holder.stdout.readline())


# --- accounting ----------------------------------------------------------------

def stats():
    """{pid: (parent, own CPU, CPU of children that have ended)} in seconds."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, encoding="latin-1") as f:
                # The name may have spaces and parentheses of its own.
                field = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(name)] = (int(field[1]),
                            (int(field[11]) + int(field[12])) / TICK,
                            (int(field[13]) + int(field[14])) / TICK)
    return found


def tree(root, found=None):
    """root and everything below it."""
    found = found or stats()
    pids = {root}
    grown = True
    while grown:
        more = {pid for pid, row in found.items() if row[0] in pids} - pids
        grown = bool(more)
        pids |= more
    return pids


def cpu_of(root):
    """CPU seconds that a process and all its children have used so far."""
    found = stats()
    return sum(sum(found[pid][1:]) for pid in tree(root, found)
               if pid in found)


def busy():
    """CPU seconds that the whole machine has worked so far."""
    with open("/proc/stat", encoding="ascii") as f:
        field = [int(word) for word in f.readline().split()[1:]]
    # All but idle and waiting for a disk; guests are in user already.
    return (sum(field[:8]) - field[3] - field[4]) / TICK


def memory_of(pid):
    """{"Rss": bytes, "Pss": bytes, ...} of one process."""
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
        return {name: int(kb) * 1024 for name, kb in
                re.findall(r"^(\w+):\s+(\d+) kB$", f.read(), re.M)}


# --- where ---------------------------------------------------------------------

class Place:
    """A directory that httpd's and PostgreSQL's users can enter."""

    def __init__(self, keep):
        self.keep = keep
        self.dir = tempfile.mkdtemp(prefix="oa2-bench.",
                                    dir=os.environ.get("TMPDIR", "/tmp"))
        os.chmod(self.dir, 0o755)
        for name in ("one", "many"):
            os.makedirs(self.path("htdocs", name))
            self.write("htdocs/%s/1k.txt" % name, "x" * 1023 + "\n")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as f:
            os.chmod(self.path(name), mode)
            f.write(text)
        return self.path(name)

    def remove(self):
        if self.keep:
            print("kept: " + self.dir)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


# --- PostgreSQL ----------------------------------------------------------------

class Cluster:
    """A PostgreSQL of our own, durable, that counts statements."""

    def __init__(self, place):
        self.script = os.path.join(HERE, "..", "t", "pgsql-cluster")
        self.dir = place.path("pgsql")
        # Room for a long run without a checkpoint in the middle of a case.
        self.params = run(self.script, "start", self.dir,
                          "shared_preload_libraries=pg_stat_statements",
                          "fsync=on", "shared_buffers=256MB",
                          "max_wal_size=4GB").strip()
        self.superuser = run(self.script, "superuser", self.dir).strip()
        self.sql("CREATE EXTENSION pg_stat_statements")
        with open(os.path.join(self.dir, "data", "postmaster.pid"),
                  encoding="ascii") as f:
            self.pid = int(f.readline())

    def sql(self, text):
        return run("psql", "-qXAt", "-v", "ON_ERROR_STOP=1", self.superuser,
                   stdin=text).strip()

    def calls(self, like="%"):
        """Statements of the user oauth2 so far."""
        return int(self.sql(
            "SELECT COALESCE(SUM(calls), 0) FROM pg_stat_statements s"
            " JOIN pg_roles u ON u.oid = s.userid WHERE rolname = 'oauth2'"
            " AND query LIKE '%s'" % like))

    def settle(self):
        """What earlier cases left to do is done now and not in the next."""
        self.sql("VACUUM ANALYZE")
        self.sql("CHECKPOINT")

    def end(self):
        subprocess.run([self.script, "remove", self.dir], check=False)


# --- httpd ---------------------------------------------------------------------

class Httpd:
    """One server of bench/httpd.conf: PLAIN, PEER or OURS."""

    def __init__(self, place, role, name=None, defines=(), **values):
        self.place = place
        self.name = name or role.lower()
        self.port = values.pop("PORT", None) or free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        modules = run(os.environ.get("APXS", "apxs"), "-q",
                      "LIBEXECDIR").strip()
        values.update(WORK=place.dir, NAME=self.name, PORT=self.port,
                      MODULES=modules)
        lines = ["Define %s" % word for word in (role,) + tuple(defines)]
        if os.geteuid() == 0:
            lines.append("Define AS_ROOT")
        lines += ['Define %s "%s"' % pair for pair in values.items()]
        lines.append('Include "%s/httpd.conf"' % HERE)
        self.conf = place.write(self.name + ".conf", "\n".join(lines) + "\n",
                                0o600)
        # valgrind looks at this program, and at none that it starts.
        self.command = [os.environ.get("HTTPD", "apache2"), "-f", self.conf]
        self.pid = None

    def start(self):
        """Seconds until it answers."""
        begun = time.monotonic()
        run(*self.command, "-k", "start")
        while not self.answers():
            if time.monotonic() - begun > 30:
                raise SystemExit("bench: httpd did not start:\n" + self.log())
            time.sleep(0.002)
        took = time.monotonic() - begun
        with open(self.place.path(self.name + ".pid"),
                  encoding="ascii") as f:
            self.pid = int(f.read())
        return took

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as s:
                s.sendall(b"GET /open/one/1k.txt HTTP/1.0\r\n\r\n")
                return s.recv(12).endswith(b" 200")
        except OSError:
            return False

    def log(self):
        path = self.place.path(self.name + ".log")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def children(self):
        return sorted(tree(self.pid) - {self.pid})

    def end(self):
        if not self.pid:
            return
        os.kill(self.pid, signal.SIGTERM)
        while os.path.exists("/proc/%d" % self.pid):
            time.sleep(0.01)
        self.pid = None


# --- all of it -----------------------------------------------------------------

class Bench:
    """The servers, the clients in their database, and how to end them."""

    def __init__(self, options):
        build = os.environ["OA2_BUILDDIR"]
        self.options = options
        self.ctl = os.path.join(build, "oauth2ctl")
        self.place = Place(options.keep)
        # Not the file of the machine's own httpd.
        os.environ["OAUTH2_SERVERS"] = self.place.path("servers.json")
        self.servers = []
        self.cluster = None
        self.secret = secrets.token_hex(16)
        self.ours = None

    def database(self):
        self.cluster = Cluster(self.place)
        self.admin("db", "create")
        for words in (
                ("bench", "--scope", "read", "--introspect", "all"),
                ("bench-peer", "--scope", "read", "--introspect", "all"),
                ("bench-web", "--scope", "read", "--trusted",
                 "--redirect-uri", "http://127.0.0.1/callback")):
            self.admin("client", "add", *words, "--secret-stdin",
                       stdin=self.secret + "\n")
        self.admin("user", "add", "bench", "--password-stdin",
                   stdin=self.secret + "\n")

    def admin(self, *words, stdin=None):
        return run(self.ctl, *words, "--database",
                   "pgsql " + self.cluster.params, stdin=stdin)

    def api_key(self):
        """The client's own."""
        return json.loads(self.admin(
            "--json", "apikey", "add", "--client", "bench", "--name", "bench",
            "--scope", "read"))["api_key"]

    def httpd(self, role, **values):
        """A server that is started; it ends when the benchmark does."""
        server = self.make_httpd(role, **values)
        server.start()
        return server

    def make_httpd(self, role, **values):
        if role == "OURS":
            port = free_port()
            state = self.place.path("state")
            pages = self.place.path("pages")
            os.makedirs(state, exist_ok=True)
            # httpd reads them as its user.
            shutil.copytree(os.path.join(HERE, "..", "pages"), pages,
                            dirs_exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(state, "nobody")
            values = {"PORT": port, "MODULE": os.environ["OA2_MODULE"],
                      "PAGES": pages,
                      "ISSUER": "http://127.0.0.1:%d/oauth2" % port,
                      "DATABASE": self.cluster.params,
                      "CACHE_SIZE": "32m", **values}
        elif role == "PEER":
            values = {"ISSUER": self.ours.url + "/oauth2",
                      "PEER_SECRET": self.secret,
                      "PEER_ENTRIES": self.options.tokens + 1000, **values}
        else:
            run("htpasswd", "-cbs", self.place.path("htpasswd"), "bench",
                "bench")
        server = Httpd(self.place, role, **values)
        self.servers.append(server)
        return server

    def stop_servers(self):
        while self.servers:
            self.servers.pop().end()

    def end(self):
        self.stop_servers()
        if self.cluster:
            self.cluster.end()
        self.place.remove()
