package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confinedTo has the test program confine itself, so that it can write to one folder
// alone, and become the program that its arguments name.
const confinedTo = "SALLYPORT_TEST_CONFINED_TO"

// nobody is who owns nothing.
const nobody = 65534

// confineIfAsked comes before anything that the test program does for tests.
func confineIfAsked() {
	dir, asked := os.LookupEnv(confinedTo)
	if !asked {
		return
	}
	runtime.LockOSThread()
	if err := confine(dir); err != nil {
		fmt.Fprintln(os.Stderr, "confine:", err)
		os.Exit(1)
	}
	_ = os.Unsetenv(confinedTo)
	fmt.Fprintln(os.Stderr, syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
	os.Exit(1)
}

// The kernel's words for what may be done with files (Landlock, ABI 1).
const (
	mayRead  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayWrite = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_CHAR |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO |
		unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
)

// landlock returns which version of Landlock the kernel has; below 1 there is none.
func landlock() int {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(v)
}

// confine lets the process read everything, write to a folder and nowhere else, and
// be nobody without any privilege where it was root.
func confine(dir string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setgroups(nil); err != nil {
			return err
		}
		if err := syscall.Setgid(nobody); err != nil {
			return err
		}
		if err := syscall.Setuid(nobody); err != nil {
			return err
		}
	}
	rules := unix.LandlockRulesetAttr{Access_fs: mayRead | mayWrite}
	ruleset, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), 8, 0)
	if errno != 0 {
		return errno
	}
	for path, access := range map[string]uint64{"/": mayRead, dir: mayRead | mayWrite, "/dev/null": mayRead&^unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_WRITE_FILE} {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		below := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
		if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&below)), 0, 0, 0); errno != 0 {
			return fmt.Errorf("%s: %w", path, errno)
		}
		_ = unix.Close(fd)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// confined is a command that may write to a folder alone.
func confined(t *testing.T, dir, program string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{program}, args...)...)
	cmd.Env = []string{confinedTo + "=" + dir, "SALLYPORT_DATA_DIR=" + dir, "SALLYPORT_LISTEN=127.0.0.1:0"}
	cmd.Dir = "/"
	return cmd
}

// lines takes what a program writes, while somebody reads it.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The program serves, keeps, answers and backs up as nobody, without privileges, on
// a machine of which it can write to its own folder and to nothing else, not even to
// what everybody may write to.
func TestLeastPrivilege(t *testing.T) {
	if v := landlock(); v < 1 {
		t.Skip("SKIPPED: the kernel cannot confine a process to a folder (Landlock)")
	}
	dir, programs := t.TempDir(), t.TempDir()
	if os.Getuid() == 0 {
		if err := errors.Join(os.Chown(dir, nobody, nobody), os.Chmod(filepath.Dir(dir), 0o755)); err != nil { // the way there is for all
			t.Fatal(err)
		}
	}
	found, err := exec.LookPath("sallyport")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(programs, "sallyport")
	if err := os.Link(found, program); err != nil {
		t.Skipf("SKIPPED: the program cannot be put where nobody may run it: %v", err)
	}
	outside := filepath.Join(os.TempDir(), "sallyport-written-outside")
	if out, err := confined(t, dir, "/bin/sh", "-c", "echo x > "+outside).CombinedOutput(); err == nil {
		_ = os.Remove(outside)
		t.Fatalf("what is confined writes outside: %s", out)
	}
	if out, err := confined(t, dir, "/bin/sh", "-c", "id -u; echo x > "+dir+"/x && rm "+dir+"/x").CombinedOutput(); err != nil || os.Getuid() == 0 && strings.TrimSpace(string(out)) != "65534" {
		t.Fatalf("what is confined cannot write to its folder: %s: %v", out, err)
	}

	var out, log lines
	server := confined(t, dir, program, "serve")
	server.Stdout, server.Stderr = &out, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	says := func(of *lines, pattern string) string {
		t.Helper()
		for re, began := regexp.MustCompile(pattern), time.Now(); ; pause(t.Context(), 20*time.Millisecond) {
			if m := re.FindStringSubmatch(of.String()); m != nil {
				return m[1]
			}
			select {
			case err := <-ended:
				t.Fatalf("it ended: %v\n%s", err, log.String())
			default:
			}
			if time.Since(began) > 2*time.Minute {
				t.Fatalf("it does not say %s:\n%s", pattern, log.String())
			}
		}
	}
	at := "http://" + says(&log, `addr"?[=:] ?"?(127\.0\.0\.1:\d+)`)
	token := says(&out, `#(\S+)`)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	ada := &http.Client{Jar: jar, Timeout: time.Minute}
	ask := func(method, path string, body any, want int) string {
		t.Helper()
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), method, at+path, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := ada.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("%s %s: %d, %v: %s\n%s", method, path, resp.StatusCode, err, got, log.String())
		}
		return string(got)
	}
	ask("POST", "/api/v1/session/link", map[string]any{"token": token, "email": "ada@acme.example", "name": "Ada", "password": "correct horse battery staple"}, 200)
	ask("POST", "/api/v1/tables", map[string]any{"title": "Seen", "columns": []any{map[string]any{"name": "who", "type": "text"}}}, 201)
	// What does not fit into memory goes to a file, which must be in the folder too.
	const large = `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x < 200000) SELECT count(*) FROM (SELECT DISTINCT printf('%0100d', x) FROM n)`
	ask("POST", "/api/v1/sql", map[string]any{"sql": large}, 200)

	if text, err := confined(t, dir, program, "backup", filepath.Join(dir, "backup")).CombinedOutput(); err != nil {
		t.Errorf("a backup: %v: %s", err, text)
	}
	for name, most := range map[string]os.FileMode{"sallyport.db": 0o600, "sallyport.key": 0o600, "backup": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm()&^most != 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v\n%s", err, log.String())
	}
}
