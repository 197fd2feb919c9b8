package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// TestMain builds the program that scripts run. It is built without the race
// detector, with which it takes many seconds to start; what the program does at the
// same time is tested with it in package app.
func TestMain(m *testing.M) {
	confineIfAsked()
	os.Exit(withProgram(m.Run))
}

func withProgram(tests func() int) int {
	dir, err := os.MkdirTemp("", "sallyport-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-buildvcs=false", "-o", dir, ".")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the program:", err)
		return 1
	}
	if err := os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return tests()
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
		"help of help":            {[]string{"help", "help"}, exitOK},
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

// A weak org has as many people as it was asked for, and those that are planted.
func TestSandboxThatIsWeak(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var errs bytes.Buffer
	out := writer(func([]byte) { cancel() })
	if code := run(ctx, []string{"sandbox", "--users", "9", "--weak", "--groups", "50", "--apps", "40"}, streams{out, &errs}); code != exitOK {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	for _, flag := range []string{"--groups", "--apps"} {
		if code := run(t.Context(), []string{"sandbox", flag, "-1"}, streams{out, &errs}); code != exitUsage {
			t.Errorf("%s -1: exit code %d", flag, code)
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

// A server that cannot say how to come in lets go of what it has opened.
func TestServeThatCannotBegin(t *testing.T) {
	path := storetest.SQLite(t)
	t.Setenv("SALLYPORT_DATABASE", path)
	t.Setenv("SALLYPORT_DATA_DIR", t.TempDir())
	t.Setenv("SALLYPORT_LISTEN", "127.0.0.1:0")
	migrated, err := store.Open(t.Context(), store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := migrated.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(t.Context(), `CREATE TRIGGER none BEFORE INSERT ON organization BEGIN SELECT RAISE(ABORT, 'no room'); END`); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"serve"}, streams{&out, &errs}); code != exitFailed || !strings.Contains(errs.String(), "no room") {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	again, err := store.Open(t.Context(), store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if err := again.Own(); err != nil {
		t.Errorf("the database is still held: %v", err)
	}
}
