package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sallyport/sandbox"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sallyport": main})
}

// TestScripts runs the commands as people do: testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "stop": stop, "get": request(http.MethodGet), "post": request(http.MethodPost),
		},
	})
}

// process is a program that runs in the background of a script.
type process struct {
	cmd   *exec.Cmd
	state sandbox.State
}

// running holds the processes of the scripts, which run in parallel, by their
// working directories.
var running sync.Map

func runningIn(ts *testscript.TestScript) *process {
	p, ok := running.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("nothing was started")
	}
	return p.(*process)
}

// start runs a program in the background until it has written its first line,
// which has to be the JSON of a state; the line is kept in the file state.
func start(ts *testscript.TestScript, _ bool, args []string) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		path = filepath.Join(strings.Split(ts.Getenv("PATH"), string(filepath.ListSeparator))[0], args[0])
	}
	cmd := exec.CommandContext(context.Background(), path, args[1:]...)
	cmd.Dir, cmd.Stderr = ts.Getenv("WORK"), os.Stderr
	cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	p := &process{cmd: cmd}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		_ = cmd.Wait()
		ts.Fatalf("the program wrote no line: %v", err)
	}
	ts.Check(json.Unmarshal(line, &p.state))
	ts.Check(os.WriteFile(ts.MkAbs("state"), line, 0o600))
	running.Store(ts.Getenv("WORK"), p)
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
}

// stop interrupts the program and expects it to end well and soon.
func stop(ts *testscript.TestScript, _ bool, _ []string) {
	cmd := runningIn(ts).cmd
	ts.Check(cmd.Process.Signal(syscall.SIGINT))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		ts.Check(err)
	case <-time.After(10 * time.Second):
		ts.Fatalf("the program does not end")
	}
}

// request makes a control call and keeps the answer in a file.
func request(method string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		r, err := http.NewRequestWithContext(context.Background(), method, runningIn(ts).state.Control+args[0], http.NoBody)
		ts.Check(err)
		resp, err := http.DefaultClient.Do(r)
		ts.Check(err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		ts.Check(err)
		if resp.StatusCode >= 300 {
			ts.Fatalf("%s %s: HTTP %d %s", method, args[0], resp.StatusCode, b)
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
	}
}

func TestExitCodes(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"help":                    {[]string{"help"}, exitOK},
		"help of a command":       {[]string{"help", "sandbox"}, exitOK},
		"a command":               {[]string{"version"}, exitOK},
		"no command":              {nil, exitUsage},
		"an unknown command":      {[]string{"joust"}, exitUsage},
		"help of an unknown one":  {[]string{"help", "joust"}, exitUsage},
		"an unknown flag":         {[]string{"version", "--loud"}, exitUsage},
		"an address that is gone": {[]string{"sandbox", "--listen", taken.Addr().String()}, exitFailed},
		"a mail address likewise": {[]string{"sandbox", "--mail", taken.Addr().String()}, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if got := run(t.Context(), c.args, streams{&out, &errs}); got != c.want {
				t.Errorf("exit code %d, want %d: %s", got, c.want, &errs)
			}
			if (errs.Len() > 0) != (c.want != exitOK) || (out.Len() > 0) != (c.want == exitOK) {
				t.Errorf("stdout %q, stderr %q", &out, &errs)
			}
		})
	}
}

// TestSandboxForPeople is the output without --json.
func TestSandboxForPeople(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var errs bytes.Buffer
	var said string
	out := writer(func(b []byte) {
		said += string(b)
		cancel() // having said where it is, it stops
	})
	if code := run(ctx, []string{"sandbox", "--users", "9"}, streams{out, &errs}); code != exitOK {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	for _, part := range []string{"9 people", "http://127.0.0.1:", "xoxb-sandbox-", "smtp://127.0.0.1:", "/_sandbox/"} {
		if !strings.Contains(said, part) {
			t.Errorf("it does not say %q: %s", part, said)
		}
	}
}

// writer is called with everything that is written.
type writer func([]byte)

// Write implements io.Writer.
func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:0": true, "127.9.9.9:80": true, "[::1]:80": true, "localhost:80": true, ":80": false, "0.0.0.0:80": false, "[::]:80": false,
		"192.0.2.1:80": false, "example.com:80": false,
	} {
		if got, err := loopback(address); got != want || err != nil {
			t.Errorf("%s: %v %v, want %v", address, got, err, want)
		}
	}
	if _, err := loopback("8080"); err == nil {
		t.Error("a port alone is no address")
	}
}
