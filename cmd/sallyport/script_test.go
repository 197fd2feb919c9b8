package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sallyport/internal/store/storetest"
)

// TestScripts runs the commands that need no database as people do:
// testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, scripts(nil, filepath.Join("testdata", "script")))
}

// TestDatabaseScripts runs the commands that work on a database, with each kind
// of database: testdata/database. A script has an empty database, and in SAME
// the name of a second of that kind; in OTHER there is one of the other kind
// where PostgreSQL can be had.
func TestDatabaseScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "database", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			storetest.EachFresh(t, func(t *testing.T, dsn string) {
				vars := map[string]string{"SALLYPORT_DATABASE": dsn, "SALLYPORT_LISTEN": "127.0.0.1:0", "SAME": storetest.SQLite(t)}
				if os.Getenv("TEST_POSTGRES") != "" {
					vars["OTHER"] = storetest.Postgres(t)
					if strings.HasPrefix(dsn, "postgres:") {
						vars["SAME"], vars["OTHER"] = vars["OTHER"], vars["SAME"]
					}
				}
				testscript.Run(t, scripts(vars, file))
			})
		})
	}
}

// scripts says how the scripts of a folder, or one script, are run.
func scripts(vars map[string]string, at string) testscript.Params {
	p := testscript.Params{
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "postgres": // there is one
				return os.Getenv("TEST_POSTGRES") != "", nil
			case "sqlite": // the script's database is one
				return !strings.HasPrefix(vars["SALLYPORT_DATABASE"], "postgres:"), nil
			case "pty": // a program can be given a terminal
				return hasTerminal(), nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("SALLYPORT_DATA_DIR", filepath.Join(env.WorkDir, "data"))
			for name, v := range vars {
				env.Setenv(name, v)
			}
			jar, err := cookiejar.New(nil)
			env.Values[browser{}] = &http.Client{Jar: jar, Timeout: 30 * time.Second}
			env.Values[background{}] = &processes{}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "interrupt": interrupt, "http": request, "await": await, "capture": capture, "cut": cut, "same": same,
		},
	}
	if strings.HasSuffix(at, ".txtar") {
		p.Files = []string{at}
	} else {
		p.Dir = at
	}
	return p
}

// patience is how long a script waits for what has to come.
const patience = 40 * time.Second

type (
	browser    struct{} // key of a script's HTTP client
	background struct{} // key of the programs that a script has started
)

// processes are the programs that run in the background of a script.
type processes struct{ running []*exec.Cmd }

// start runs a program in the background, with its output in the files out and
// err, until that matches a pattern: start PATTERN PROGRAM [ARGUMENT...].
// Named groups of the pattern become variables.
func start(ts *testscript.TestScript, _ bool, args []string) {
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.CommandContext(context.Background(), path, args[2:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), environ(ts)
	out, err := os.Create(ts.MkAbs("out"))
	ts.Check(err)
	errs, err := os.Create(ts.MkAbs("err"))
	ts.Check(err)
	cmd.Stdout, cmd.Stderr = out, errs
	ts.Check(cmd.Start())
	_, _ = out.Close(), errs.Close()
	p := ts.Value(background{}).(*processes)
	p.running = append(p.running, cmd)
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	said := func() string { return ts.ReadFile("out") + ts.ReadFile("err") }
	until(ts, args[0], said)
}

// environ is the environment of a script's programs.
func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "SALLYPORT_") {
			env = append(env, e)
		}
	}
	env = append(env, "HOME="+ts.Getenv("HOME"))
	for _, o := range configOptions() {
		if v := ts.Getenv(o.Variable); v != "" {
			env = append(env, o.Variable+"="+v)
		}
	}
	return env
}

// until looks again and again until what it sees matches a pattern.
func until(ts *testscript.TestScript, pattern string, see func() string) {
	for began := time.Now(); ; pause(context.Background(), 10*time.Millisecond) {
		seen := see()
		if keep(ts, pattern, seen) {
			return
		}
		if time.Since(began) > patience {
			ts.Fatalf("nothing matches %s within %s: %s", pattern, patience, seen)
		}
	}
}

// keep puts the named groups of a pattern into variables.
func keep(ts *testscript.TestScript, pattern, text string) bool {
	re, err := regexp.Compile(pattern)
	ts.Check(err)
	found := re.FindStringSubmatch(text)
	for i, name := range re.SubexpNames() {
		if found != nil && name != "" {
			ts.Setenv(name, found[i])
		}
	}
	return found != nil
}

// interrupt sends SIGINT to the program that was started last, and expects it to end well
// and soon.
func interrupt(ts *testscript.TestScript, _ bool, _ []string) {
	p := ts.Value(background{}).(*processes)
	last := len(p.running) - 1
	if last < 0 {
		ts.Fatalf("nothing runs")
	}
	cmd := p.running[last]
	p.running = p.running[:last]
	ts.Check(cmd.Process.Signal(syscall.SIGINT))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			ts.Fatalf("the program ended with %v: %s", err, ts.ReadFile("err"))
		}
	case <-time.After(patience):
		ts.Fatalf("the program does not end")
	}
}

// request makes an HTTP request, expects a status and keeps the answer in a
// file: http METHOD URL STATUS FILE [BODY]. Cookies are kept, as a browser does;
// the variable AUTHORIZATION is sent as the header of that name.
func request(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	status, answer := fetch(ts, args[0], args[1], strings.Join(args[4:], ""))
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), answer, 0o600))
	if status != want {
		ts.Fatalf("%s %s: status %d: %s", args[0], args[1], status, answer)
	}
}

func fetch(ts *testscript.TestScript, method, url, body string) (int, []byte) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader([]byte(body)))
	ts.Check(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if a := ts.Getenv("AUTHORIZATION"); a != "" {
		req.Header.Set("Authorization", a)
	}
	resp, err := ts.Value(browser{}).(*http.Client).Do(req)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	return resp.StatusCode, answer
}

// await asks for a URL until the answer matches a pattern: await PATTERN URL.
func await(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args[0], func() string {
		_, answer := fetch(ts, http.MethodGet, args[1], "")
		return string(answer)
	})
}

// capture puts the named groups of a pattern that a file matches into variables:
// capture PATTERN FILE.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	if text := ts.ReadFile(args[1]); !keep(ts, args[0], text) {
		ts.Fatalf("%s does not match %s: %s", args[1], args[0], text)
	}
}

// cut keeps the first bytes of a file, or takes some off its end where the number
// is negative: cut FILE BYTES.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	if n < 0 {
		info, err := os.Stat(ts.MkAbs(args[0]))
		ts.Check(err)
		n += info.Size()
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// same expects that a text stands as often in two files, and at all: same FILE
// FILE TEXT.
func same(ts *testscript.TestScript, _ bool, args []string) {
	a, b := strings.Count(ts.ReadFile(args[0]), args[2]), strings.Count(ts.ReadFile(args[1]), args[2])
	if a != b || a == 0 {
		ts.Fatalf("%s stands %d times in %s and %d times in %s", args[2], a, args[0], b, args[1])
	}
}
