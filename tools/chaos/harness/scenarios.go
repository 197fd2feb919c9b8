package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Scenario is something that goes wrong.
type Scenario struct {
	Name, Title string
	Nodes       int
	SQLite      bool          // in the place of PostgreSQL
	Room        int           // megabytes of the disk that the database has to itself; 0 for the machine's
	History     time.Duration // that the company has behind it
	Users       int           // that the company has; 3,000 when zero
	Small       bool          // made only when it is named
	Shifted     bool          // clocks of servers jump
	Recovery    time.Duration // within which everything has to go on after a kill

	Fault func(ctx context.Context, t *trial) error
}

// promised is how long a kill may keep anything waiting.
const promised = 5 * time.Second

// Scenarios are all there are.
func Scenarios() []Scenario {
	return []Scenario{
		{Name: "kill-node", Title: "`kill -9` of either of two servers, one after the other", Nodes: 2, Recovery: promised, Fault: killNodes},
		{Name: "kill-all", Title: "`kill -9` of both servers at once", Nodes: 2, Recovery: promised, Fault: killAll},
		{Name: "kill-sqlite", Title: "`kill -9` of a server on SQLite, three times", Nodes: 1, SQLite: true, Recovery: promised, Fault: killSQLite(3)},
		{Name: "pg-restart", Title: "PostgreSQL restarted", Nodes: 2, Fault: restartPostgres("fast", 2*time.Second)},
		{Name: "pg-crash", Title: "PostgreSQL crashed", Nodes: 2, Fault: restartPostgres("immediate", time.Second)},
		{Name: "pg-failover", Title: "PostgreSQL failed over to a synchronous replica", Nodes: 2, Fault: failOver},
		{Name: "pg-disk-full", Title: "PostgreSQL's disk full for 6 s", Nodes: 2, Room: 400, Fault: fillPostgres},
		{Name: "pg-slow", Title: "PostgreSQL slow: 40 ms a packet for 8 s", Nodes: 2, Fault: slowPostgres},
		{Name: "db-cut", Title: "a server cut off from the database, then its packets lost", Nodes: 2, Fault: cutDatabase},
		{Name: "okta-cut", Title: "Okta and Slack cut off, then their packets lost", Nodes: 2, Fault: cutOkta},
		{Name: "clock", Title: "clocks of two servers jump, forward and back", Nodes: 2, Shifted: true, Fault: jumpClocks},
		{Name: "sqlite-disk-full", Title: "SQLite's disk full for 6 s", Nodes: 1, SQLite: true, Room: 200, Fault: fillSQLite},
		{Name: "key-file", Title: "a server's key file corrupted", Nodes: 2, Recovery: promised, Fault: corruptKey},
		{Name: "day", Title: "a day of the company read at once, with a kill meanwhile", Nodes: 2, History: 24 * time.Hour, Users: 250, Fault: readDay},
		{Name: "smoke", Title: "`kill -9` of a server on SQLite, once", Nodes: 1, SQLite: true, Users: 100, Small: true, Fault: killSQLite(1)},
	}
}

func killNodes(ctx context.Context, t *trial) error {
	for _, i := range []int{0, 1, t.rand.IntN(2)} {
		pause(ctx, t.some(time.Second))
		n := t.nodes[i]
		t.kill(n)
		pause(ctx, 4*time.Second)
		if err := n.start(ctx); err != nil {
			return err
		}
		pause(ctx, time.Second)
	}
	return nil
}

func killAll(ctx context.Context, t *trial) error {
	pause(ctx, t.some(time.Second))
	for _, n := range t.nodes {
		t.kill(n)
	}
	for _, n := range t.nodes {
		if err := n.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

func killSQLite(times int) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		for range times {
			pause(ctx, t.some(2*time.Second))
			t.kill(t.nodes[0])
			if err := t.nodes[0].start(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

func restartPostgres(mode string, down time.Duration) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		if err := t.db.stop(ctx, mode); err != nil {
			return err
		}
		pause(ctx, down)
		return errors.Join(t.db.start(ctx), t.allReady(ctx))
	}
}

// allReady waits until every server can work again. None may have ended.
func (t *trial) allReady(ctx context.Context) error {
	for _, n := range t.nodes {
		if err := n.ready(ctx, 30*time.Second); err != nil {
			return err
		}
	}
	return nil
}

// failOver has a replica, without which nothing is committed, take the place of a
// server that crashes.
func failOver(ctx context.Context, t *trial) error {
	dir := filepath.Join(t.dir, "standby")
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // who runs PostgreSQL has to get through
		return err
	}
	var err error
	if t.standby, err = t.db.replica(ctx, dir); err != nil {
		return err
	}
	pause(ctx, 3*time.Second)
	if err := t.db.stop(ctx, "immediate"); err != nil {
		return err
	}
	pause(ctx, time.Second)
	if err := t.standby.promote(ctx); err != nil {
		return err
	}
	for _, l := range t.links {
		l.To(t.standby.addr())
	}
	return t.allReady(ctx)
}

// fillPostgres fills the disk that PostgreSQL has. It ends by itself when it cannot
// write its log, and somebody starts it again once there is room.
func fillPostgres(ctx context.Context, t *trial) error {
	if err := t.room.fill(ctx); err != nil {
		return err
	}
	pause(ctx, 6*time.Second)
	if err := t.room.clear(ctx); err != nil {
		return err
	}
	if t.db.run(ctx, "pg_ctl", "-D", t.db.data(), "status") != nil {
		if err := t.db.start(ctx); err != nil {
			return err
		}
	}
	return t.allReady(ctx)
}

func slowPostgres(ctx context.Context, t *trial) error {
	for _, l := range t.links {
		l.Set(Pass, 40*time.Millisecond)
	}
	pause(ctx, 8*time.Second)
	for _, l := range t.links {
		l.Set(Pass, 0)
	}
	return nil
}

func cutDatabase(ctx context.Context, t *trial) error {
	l := t.links[t.rand.IntN(2)]
	for _, w := range []Way{Cut, Pass, Hole, Pass} {
		l.Set(w, 0)
		pause(ctx, 5*time.Second)
	}
	return t.allReady(ctx)
}

func cutOkta(ctx context.Context, t *trial) error {
	for _, w := range []Way{Cut, Pass, Hole, Pass} {
		t.okta.Set(w, 0)
		pause(ctx, 5*time.Second)
	}
	return nil
}

// errNoClock says that scenarios of clocks are left out.
var errNoClock = errors.New("the program was not built with the tag chaos: its clock cannot be moved")

func jumpClocks(ctx context.Context, t *trial) error {
	if log, err := os.ReadFile(t.nodes[0].log.Name()); err != nil || !strings.Contains(string(log), "its clock can be moved") {
		return errors.Join(errNoClock, err)
	}
	for i, by := range []string{"1h", "-90s", "-1h", "24h", "0s", "0s"} {
		if err := os.WriteFile(t.nodes[i%2].clock(), []byte(by), 0o600); err != nil {
			return err
		}
		pause(ctx, 2*time.Second)
	}
	return nil
}

func fillSQLite(ctx context.Context, t *trial) error {
	if err := t.room.fill(ctx); err != nil {
		return err
	}
	pause(ctx, 6*time.Second)
	if !t.nodes[0].alive() {
		return fmt.Errorf("the server ended on a full disk: %s", t.nodes[0].tail())
	}
	return errors.Join(t.room.clear(ctx), t.allReady(ctx))
}

// corruptKey damages the key file of a server, which has to refuse to start with
// it, and to say why.
func corruptKey(ctx context.Context, t *trial) error {
	n := t.nodes[1]
	key := filepath.Join(n.dir, "key")
	whole, err := os.ReadFile(key)
	if err != nil {
		return err
	}
	damaged := append([]byte(nil), whole...)
	damaged[t.rand.IntN(len(damaged))] ^= 0xff
	for _, bad := range [][]byte{damaged, whole[:len(whole)/2], {}} {
		if err := os.WriteFile(key, bad, 0o600); err != nil { //nolint:gosec // our own file
			return err
		}
		pause(ctx, time.Second) // what runs goes on with the key that it has
		if n.alive() {
			t.kill(n)
		}
		if err := n.launch(ctx); err != nil {
			return err
		}
		select {
		case <-n.ended:
		case <-time.After(10 * time.Second):
			return errors.New("the server started with a key file that is damaged")
		}
		if !strings.Contains(n.tail(), "keyring") {
			return fmt.Errorf("the server did not say that its keyring is damaged: %s", n.tail())
		}
	}
	if err := os.WriteFile(key, whole, 0o600); err != nil { //nolint:gosec // our own file
		return err
	}
	return n.start(ctx)
}

// readDay kills a server while a day of the System Log is being read.
func readDay(ctx context.Context, t *trial) error { return killNodes(ctx, t) }

// keepLogs copies what is worth keeping of a trial's folder.
func keepLogs(from, to string) error {
	for _, pattern := range []string{"node*/log", "postgres/server.log", "standby/server.log"} {
		found, err := filepath.Glob(filepath.Join(from, pattern))
		if err != nil {
			return err
		}
		for _, name := range found {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			at := filepath.Join(to, filepath.Base(filepath.Dir(name))+".log")
			if err := errors.Join(os.MkdirAll(to, 0o750), os.WriteFile(at, text, 0o600)); err != nil { //nolint:gosec // our own files
				return err
			}
		}
	}
	return nil
}
