package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// postgres is a PostgreSQL server that can be harmed.
type postgres struct {
	bin, dir string
	port     int
	room     *room // in whose file system it lives; nil for the machine's own
	options  []string
}

// errNoPostgres says that scenarios on PostgreSQL are left out.
var errNoPostgres = errors.New("PostgreSQL is not installed")

func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		at, err := exec.LookPath("pg_ctl")
		if err != nil {
			return "", errNoPostgres
		}
		if at, err = filepath.EvalSymlinks(at); err != nil {
			return "", err
		}
		return filepath.Dir(at), nil
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// newPostgres makes a database in a folder that is empty, and starts it.
func newPostgres(ctx context.Context, dir string, r *room, options ...string) (*postgres, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	p := &postgres{bin: bin, dir: dir, port: port, room: r, options: options}
	if err := p.own(ctx, dir); err != nil {
		return nil, err
	}
	if err := p.run(ctx, "initdb", "-D", p.data(), "-U", "sallyport", "-A", "trust", "-E", "UTF8", "--locale=C"); err != nil {
		return nil, err
	}
	if err := p.start(ctx); err != nil {
		return nil, err
	}
	return p, p.run(ctx, "createdb", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "sallyport", "sallyport")
}

func freePort(ctx context.Context) (int, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = ln.Close() }()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

func (p *postgres) data() string { return filepath.Join(p.dir, "data") }
func (p *postgres) addr() string { return "127.0.0.1:" + strconv.Itoa(p.port) }

// own gives a folder to who runs PostgreSQL, which refuses to be run by root.
func (p *postgres) own(ctx context.Context, dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	return quietly(p.room.command(ctx, "chown", "postgres", dir))
}

func (p *postgres) run(ctx context.Context, program string, args ...string) error {
	args = append([]string{filepath.Join(p.bin, program)}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"}, args...)
	}
	cmd := p.room.command(ctx, args[0], args[1:]...)
	cmd.Dir = os.TempDir()
	return quietly(cmd)
}

// quietly runs a command, and has what it said in the error only.
func quietly(cmd *exec.Cmd) error {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second // a server that it started has its output, too
	if err := cmd.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(out.Bytes()))
	}
	return nil
}

func (p *postgres) start(ctx context.Context) error {
	options := append([]string{"-p", strconv.Itoa(p.port), "-k", p.dir, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=32MB"}, p.options...)
	return p.run(ctx, "pg_ctl", "-D", p.data(), "-w", "-t", "30", "-l", filepath.Join(p.dir, "server.log"), "-o", strings.Join(options, " "), "start")
}

// stop ends the server: fast is orderly, immediate as a crash.
func (p *postgres) stop(ctx context.Context, mode string) error {
	return p.run(ctx, "pg_ctl", "-D", p.data(), "-w", "-t", "30", "-m", mode, "stop")
}

// replica makes a second server that follows the first, and has the first answer
// no commit that the second has not got.
func (p *postgres) replica(ctx context.Context, dir string) (*postgres, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	r := &postgres{bin: p.bin, dir: dir, port: port}
	if err := r.own(ctx, dir); err != nil {
		return nil, err
	}
	if err := r.run(ctx, "pg_basebackup", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "sallyport", "-D", r.data(), "-R", "-X", "stream", "-c", "fast"); err != nil {
		return nil, err
	}
	if err := r.start(ctx); err != nil {
		return nil, err
	}
	for _, sql := range []string{`ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`} {
		if err := p.run(ctx, "psql", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "sallyport", "-c", sql, "sallyport"); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (p *postgres) promote(ctx context.Context) error {
	if err := p.run(ctx, "pg_ctl", "-D", p.data(), "-w", "promote"); err != nil {
		return err
	}
	for _, sql := range []string{`ALTER SYSTEM RESET synchronous_standby_names`, `SELECT pg_reload_conf()`} {
		if err := p.run(ctx, "psql", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "sallyport", "-c", sql, "sallyport"); err != nil {
			return err
		}
	}
	return nil
}

// room is a mount namespace of our own with a small file system in it, which
// nobody else sees, and which is gone when its keeper ends.
type room struct {
	dir    string // where the file system is, inside
	keeper *exec.Cmd
	stdin  io.Closer
}

// errNoRoom says that scenarios of full disks are left out.
var errNoRoom = errors.New("no mount namespace can be made: that wants root and unshare")

// newRoom makes a room of some megabytes at a folder that is empty.
func newRoom(ctx context.Context, dir string, megabytes int) (*room, error) {
	if os.Getuid() != 0 {
		return nil, errNoRoom
	}
	if _, err := exec.LookPath("unshare"); err != nil {
		return nil, errNoRoom
	}
	script := fmt.Sprintf(`mount -t tmpfs -o size=%dm,mode=0755 tmpfs "$1" && echo ready && exec cat`, megabytes)
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", dir) //nolint:gosec // our own words
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	said := make([]byte, 16)
	if n, err := stdout.Read(said); err != nil || !strings.HasPrefix(string(said[:n]), "ready") {
		_ = stdin.Close()
		_ = cmd.Wait()
		return nil, errNoRoom
	}
	return &room{dir: dir, keeper: cmd, stdin: stdin}, nil
}

// command is a command that is run in the room; in that of everybody when there is
// none.
func (r *room) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	if r == nil {
		return exec.CommandContext(ctx, name, args...) //nolint:gosec // our own words
	}
	return exec.CommandContext(ctx, "nsenter", append([]string{"-t", strconv.Itoa(r.keeper.Process.Pid), "-m", name}, args...)...) //nolint:gosec // likewise
}

// fill takes all of the room but some kilobytes.
func (r *room) fill(ctx context.Context) error {
	_ = quietly(r.command(ctx, "dd", "if=/dev/zero", "of="+filepath.Join(r.dir, "ballast"), "bs=64k")) // it ends with an error: the disk is full
	return nil
}

// clear gives the room back.
func (r *room) clear(ctx context.Context) error {
	return quietly(r.command(ctx, "rm", "-f", filepath.Join(r.dir, "ballast")))
}

func (r *room) close() {
	_ = r.stdin.Close()
	_ = r.keeper.Wait()
}
