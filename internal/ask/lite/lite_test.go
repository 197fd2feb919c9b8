package lite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/ask/lite"
)

// gate lets through tables that begin with t and all functions but one.
type gate struct{}

func (gate) Read(table, _ string) error {
	if !strings.HasPrefix(table, "t") {
		return fmt.Errorf("no table %s", table)
	}
	return nil
}

func (gate) Call(name string) error {
	if name == "load_extension" || name == "fts5_source_id" {
		return fmt.Errorf("no function %s", name)
	}
	return nil
}

func open(t testing.TB, disk int64) *lite.DB {
	t.Helper()
	d, err := lite.Open(disk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.Exec(t.Context(), "CREATE TABLE t (a INTEGER, b TEXT)"); err != nil {
		t.Fatal(err)
	}
	if err := d.Exec(t.Context(), "CREATE TABLE secret (a TEXT)"); err != nil {
		t.Fatal(err)
	}
	in, err := d.Insert(t.Context(), "INSERT INTO t VALUES (?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for i := range int64(1000) {
		if err := in.Row([]any{i, fmt.Sprintf("row %d of a table", i)}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// answer is all rows of a question, a thousand at the most.
func answer(ctx context.Context, d *lite.DB, text string) ([][]any, error) {
	q, err := d.Ask(ctx, text, gate{})
	if err != nil {
		return nil, err
	}
	defer q.Close()
	var out [][]any
	err = q.Rows(ctx, func(row []any) bool {
		out = append(out, row)
		return len(out) < 1000
	})
	return out, err
}

// A question reads what it may, in several forms.
func TestWhatReadsIsAnswered(t *testing.T) {
	d := open(t, 1<<24)
	for text, want := range map[string]string{
		"SELECT count(*), max(b) FROM t":                                               "[[1000 row 999 of a table]]",
		"WITH x AS (SELECT a FROM t WHERE a < 3) SELECT sum(a) FROM x; -- and no more": "[[3]]",
		"VALUES (1, 'é', NULL, 1.5, x'00ff')":                                          "[[1 é <nil> 1.5 [0 255]]]",
		"SELECT value FROM json_each('[1,2]') LIMIT 1":                                 "no table json_each",
		"SELECT '' || ''": "[[]]",
		"WITH n(i) AS (SELECT 7) SELECT count(*) FROM n":                                                 "[[1]]",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4) SELECT count(*) FROM n": "[[4]]",
	} {
		got, err := answer(t.Context(), d, text)
		if s := fmt.Sprint(got); err != nil && err.Error() != want || err == nil && s != want {
			t.Errorf("%s: %s, %v", text, s, err)
		}
	}
}

// What writes, leads elsewhere or is no question is refused, and the database stays
// as it was.
func TestWhatDoesMoreIsRefused(t *testing.T) {
	d := open(t, 1<<24)
	file := filepath.Join(t.TempDir(), "leak.db")
	for _, text := range []string{
		"INSERT INTO t VALUES (1, 'x')", "UPDATE t SET a = 1", "DELETE FROM t", "DROP TABLE t", "CREATE TABLE u (a)", "CREATE TEMP TABLE tu (a)", "CREATE VIEW tv AS SELECT 1",
		"WITH x AS (SELECT 1) DELETE FROM t", "INSERT INTO t SELECT * FROM t RETURNING a", "REPLACE INTO t VALUES (1, 2)", "ALTER TABLE t RENAME TO tt", "REINDEX", "ANALYZE",
		"ATTACH '" + file + "' AS x", "ATTACH ':memory:' AS x", "DETACH main", "VACUUM", "VACUUM INTO '" + file + "'",
		"PRAGMA query_only", "PRAGMA query_only = 0", "PRAGMA hard_heap_limit = 1000", "PRAGMA temp_store_directory = '/'", "PRAGMA writable_schema = 1",
		"SELECT * FROM pragma_table_info('secret')", "SELECT * FROM pragma_hard_heap_limit(1000)", "SELECT * FROM pragma_database_list", "SELECT * FROM sqlite_master", "SELECT * FROM sqlite_schema", "SELECT * FROM dbstat", "SELECT * FROM sqlite_dbpage", "SELECT * FROM bytecode('SELECT 1')",
		"SELECT * FROM secret", "SELECT count(*) FROM secret", "SELECT (SELECT a FROM secret)", "SELECT 1 WHERE EXISTS (SELECT 1 FROM secret)", "SELECT * FROM t WHERE a IN secret", "SELECT rowid FROM secret",
		"SELECT load_extension('x')", "SELECT readfile('/etc/passwd')", "SELECT writefile('" + file + "', 'x')", "SELECT edit('x')", "SELECT fts5_source_id()",
		"BEGIN", "COMMIT", "SAVEPOINT x", "SELECT 1; DROP TABLE t", "SELECT 1; SELECT 2", "", "  -- nothing", ";", "EXPLAIN DELETE FROM t", "EXPLAIN QUERY PLAN SELECT * FROM secret",
		"SELECT \"nothing\"", "SELECT 1\x00; DROP TABLE t", "SELECT '" + strings.Repeat("x", 30_000) + "'", "SELECT count(*) FROM sqlite_master", "SELECT count(*) FROM pragma_hard_heap_limit(1000)", "SELECT count(*) FROM dbstat",
		"WITH secret AS (SELECT 1) SELECT count(*) FROM main.secret", "WITH pragma_hard_heap_limit(x) AS (SELECT 1) SELECT count(*) FROM main.pragma_hard_heap_limit(1000)", "CREATE VIRTUAL TABLE tf USING fts5(a)",
	} {
		if got, err := answer(t.Context(), d, text); err == nil {
			t.Errorf("%q was answered: %v", text, got)
		}
	}
	if got, err := answer(t.Context(), d, "SELECT count(*), sum(a) FROM t"); err != nil || fmt.Sprint(got) != "[[1000 499500]]" {
		t.Error(got, err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was written", err)
	}
}

// What would take all time, memory or disk is refused, or ends in time and leaves a
// database that answers the next question.
func TestWhatWouldTakeAllEnds(t *testing.T) {
	d := open(t, 1<<26)
	for name, text := range map[string]string{
		"a recursion without end":    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
		"a recursion that is kept":   "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT count(*) FROM n",
		"a recursion that is sorted": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n ORDER BY random()",
		"a product":                  "SELECT count(*) FROM t a, t b, t c, t d, t e",
		"a sorted product":           "SELECT * FROM t a, t b, t c ORDER BY a.b || b.b || c.b",
		"a product without an end":   "SELECT count(DISTINCT a.b || b.b || c.b || d.b) FROM t a, t b, t c, t d",
		"a large blob":               "SELECT randomblob(1000000000)",
		"a blob of zeros":            "SELECT zeroblob(1000000000)",
		"a wide text":                "SELECT printf('%.*c', 1000000000, 'x')",
		"a padded text":              "SELECT printf('%1000000000d', 1)",
		"a doubled text":             "WITH RECURSIVE d(x) AS (SELECT 'xx' UNION ALL SELECT x || x FROM d) SELECT max(length(x)) FROM d",
		"a long replacement":         "SELECT replace(hex(zeroblob(400000)), '0', hex(zeroblob(400000)))",
		"a large group":              "SELECT length(group_concat(a.b)) FROM t a, t b",
		"a large list":               "SELECT length(json_group_array(a.b)) FROM t a, t b",
		"large sorted rows":          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT zeroblob(900000) || i FROM n ORDER BY random()",
		"many sorts": "SELECT * FROM " + strings.Join(times(45, func(i int) string {
			return fmt.Sprintf("(SELECT zeroblob(900000) AS z%d FROM t ORDER BY random() LIMIT 900)", i)
		}), ", "),
		"a deep expression":  "SELECT " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000),
		"a deep condition":   "SELECT 1" + strings.Repeat("+(1", 900) + strings.Repeat(")", 900),
		"many unions":        "SELECT 1" + strings.Repeat(" UNION SELECT 1", 100),
		"an endless pattern": "SELECT hex(zeroblob(500000)) LIKE '" + strings.Repeat("%0", 400) + "'",
	} {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		began := time.Now()
		got, err := answer(ctx, d, text)
		stop()
		if err == nil {
			t.Errorf("%s was answered: %.100s", name, fmt.Sprint(got))
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		}
		if got, err := answer(t.Context(), d, "SELECT count(*) FROM t"); err != nil || fmt.Sprint(got) != "[[1000]]" {
			t.Errorf("after %s: %v, %v", name, got, err)
		}
	}
}

// More than the granted bytes of disk are not written, whatever the time.
func TestDiskIsBounded(t *testing.T) {
	d := open(t, 40<<20)
	_, err := answer(t.Context(), d, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200) SELECT zeroblob(900000) || i FROM n ORDER BY random()")
	if !lite.TooLarge(err) {
		t.Fatal(err)
	}
	// What it had written is free again.
	got, err := answer(t.Context(), d, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30) SELECT count(*) FROM (SELECT zeroblob(900000) || i FROM n ORDER BY random() LIMIT 30)")
	if err != nil || fmt.Sprint(got) != "[[30]]" {
		t.Error(got, err)
	}
}

func times(n int, text func(int) string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = text(i)
	}
	return out
}

// An error says where it is.
func TestErrorsSayWhere(t *testing.T) {
	d := open(t, 1<<24)
	for text, want := range map[string]int{"SELECT a FORM t": 14, "SELECT nix FROM t": 7, "SELECT a FROM nix": 14} {
		_, err := answer(t.Context(), d, text)
		e, ok := errors.AsType[*lite.Error](err)
		if !ok || e.Offset != want && e.Offset != -1 || strings.Contains(text, "nix F") && e.Offset != want {
			t.Errorf("%s: %v, %+v", text, err, e)
		}
	}
}

// FuzzAsk looks for a question that reads what it may not, or leaves the database
// other than it was.
func FuzzAsk(f *testing.F) {
	for _, text := range []string{"SELECT a, b FROM t WHERE a > 10 ORDER BY b", "WITH x AS (SELECT 1) SELECT * FROM x, t", "SELECT 1; DROP TABLE t", "PRAGMA x", "SELECT * FROM secret", "select group_concat(a) over (order by a) from t"} {
		f.Add(text)
	}
	d := open(f, 1<<24)
	if err := d.Exec(f.Context(), "INSERT INTO secret VALUES ('kept from all')"); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		got, err := answer(ctx, d, text)
		if err == nil && strings.Contains(fmt.Sprint(got), "kept from all") && !strings.Contains(text, "kept from all") {
			t.Errorf("%q read a secret", text)
		}
		if got, err := answer(t.Context(), d, "SELECT count(*), sum(a) FROM t"); err != nil || fmt.Sprint(got) != "[[1000 499500]]" {
			t.Errorf("after %q: %v, %v", text, got, err)
		}
	})
}
