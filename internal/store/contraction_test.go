package store

import (
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/errs"
)

// firstReleased is the newest migration that no rule holds for: no program of
// before it works beside another.
const firstReleased = contractions

// takesAway finds what a program that does not know of it trips over.
var takesAway = map[string]*regexp.Regexp{
	"drops something":                    regexp.MustCompile(`(?i)\bDROP\s+(TABLE|COLUMN|VIEW)\b`),
	"renames something":                  regexp.MustCompile(`(?i)\bRENAME\b`),
	"changes the type of a column":       regexp.MustCompile(`(?i)\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\s+[A-Z]+\b`),
	"forbids what was allowed":           regexp.MustCompile(`(?i)\b(SET\s+NOT\s+NULL|ADD\s+CONSTRAINT|ADD\s+CHECK|DROP\s+DEFAULT)\b`),
	"makes something unique that is not": regexp.MustCompile(`(?i)\bCREATE\s+UNIQUE\s+INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+\s+ON\s+(\w+)`),
	"adds what must be said":             regexp.MustCompile(`(?i)\bADD\s+COLUMN\s+\w+[^;]*\bNOT\s+NULL\b(?:[^;]*\bDEFAULT\b)?`),
}

// broken says why older programs do not work after a migration; "" where they do.
func broken(text string) string {
	var sql strings.Builder
	for line := range strings.Lines(text) {
		line, _ = strings.CutPrefix(line, "-- postgres: ")
		line, _, _ = strings.Cut(line, "--")
		sql.WriteString(line + "\n")
	}
	made := func(table string) bool {
		return regexp.MustCompile(`(?i)\bCREATE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?` + table + `\b`).MatchString(sql.String())
	}
	for why, what := range takesAway {
		for _, hit := range what.FindAllStringSubmatch(sql.String(), -1) {
			switch {
			case strings.Contains(strings.ToUpper(hit[0]), "ADD COLUMN") && strings.Contains(strings.ToUpper(hit[0]), "DEFAULT"):
			case strings.Contains(hit[0], "INDEX") && made(hit[1]):
			case strings.Contains(strings.ToUpper(hit[0]), "ALTER COLUMN") && made(tableOf(sql.String(), hit[0])):
			default:
				return why + ": " + strings.Join(strings.Fields(hit[0]), " ")
			}
		}
	}
	return ""
}

// tableOf returns the table that a part of an ALTER TABLE is about.
func tableOf(sql, part string) string {
	before, _, _ := strings.Cut(sql, part)
	words := strings.Fields(before[strings.LastIndex(strings.ToUpper(before), "ALTER TABLE"):])
	return words[2]
}

// A migration expands, or says which one a program must know that works after it:
// servers of the version before work on the schema as well.
func TestMigrationsExpand(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		name := path.Base(file)
		names = append(names, name)
		if name <= firstReleased {
			continue
		}
		text, err := migrations.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		why, needs := broken(string(text)), needs(string(text))
		switch {
		case why != "" && needs == "":
			t.Errorf("%s %s, and servers of the version before may still use that: let a later version do it, with a line %q", name, why, needsMark+"…")
		case needs != "" && (!slices.Contains(names, needs) || needs >= name):
			t.Errorf("%s needs %s, which is no migration before it", name, needs)
		}
	}
}

// What expands and what takes away is told apart.
func TestMigrationsToldApart(t *testing.T) {
	for text, want := range map[string]bool{
		"CREATE TABLE a (b TEXT NOT NULL);\nCREATE UNIQUE INDEX a_b ON a (b);":                         false,
		"ALTER TABLE a ADD COLUMN b TEXT;":                                                             false,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL DEFAULT '';":                                         false,
		"CREATE INDEX a_b ON a (b);":                                                                   false,
		"-- It does not DROP TABLE b.\nCREATE TABLE a (b TEXT);":                                       false,
		"CREATE TABLE a (b TEXT);\n-- postgres: ALTER TABLE a ALTER COLUMN b TYPE TEXT COLLATE \"C\";": false,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL;":                                                    true,
		"ALTER TABLE a RENAME COLUMN b TO c;":                                                          true,
		"ALTER TABLE a DROP COLUMN b;":                                                                 true,
		"DROP TABLE a;":                                                                                true,
		"CREATE UNIQUE INDEX a_b ON a (b);":                                                            true,
		"-- postgres: ALTER TABLE a ALTER COLUMN b SET NOT NULL;":                                      true,
		"-- postgres: ALTER TABLE a ALTER COLUMN b TYPE BIGINT;":                                       true,
	} {
		if why := broken(text); (why != "") != want {
			t.Errorf("%q: %q", text, why)
		}
	}
	if got := needs("-- It takes b away.\n-- needs: 0050_c.sql\nALTER TABLE a DROP COLUMN b;"); got != "0050_c.sql" {
		t.Errorf("it needs %q", got)
	}
}

// A program goes on with a schema that only got more, and refuses one from which
// was taken what it uses.
func TestNewerSchema(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "s.db")
	after := func(statement string, args ...any) error {
		t.Helper()
		db, err := Open(t.Context(), Options{DSN: dsn})
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		return db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.exec(t.Context(), statement, args...)
			return err
		})
	}
	for _, statement := range []string{`INSERT INTO migration (name) VALUES ('9000_more.sql')`, `ALTER TABLE account ADD COLUMN more TEXT`, `INSERT INTO migration (name) VALUES ('9001_less.sql')`} {
		if err := after(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := after(`INSERT INTO contraction (name, needs) VALUES ('9001_less.sql', '9000_more.sql')`); err != nil {
		t.Fatal(err)
	}
	err := after(`SELECT 1`)
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "9001_less.sql took away") {
		t.Errorf("a schema that is too new: %v", err)
	}
}
