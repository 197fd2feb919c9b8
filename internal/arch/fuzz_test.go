package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unfuzzed are packages that read something and need no fuzz target of their own.
func unfuzzed() map[string]string {
	return map[string]string{
		"internal/detect/plain": "the targets of internal/detect run it: it is what they hold the engine against",
		"internal/okta/onboard": "ReadRoles reads nothing: it says which roles it takes to read an org",
	}
}

// reads are what functions are called that take apart what others wrote.
func reads() []string { return []string{"Parse", "Decode", "Read", "Unmarshal", "Compile"} }

// Every package that reads what others wrote has a fuzz target, and every fuzz target
// keeps inputs under testdata/fuzz, which go test runs each time.
func TestParsersAreFuzzed(t *testing.T) {
	parsers, targets := map[string]string{}, map[string][]string{} // by folder
	for _, root := range []string{"../../internal", "../../sandbox", "../../content"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(text)) { // formatted as all of the tree is
				name, takes, ok := function(line)
				switch {
				case !ok:
				case !strings.HasSuffix(path, "_test.go"):
					if readsText(name, takes) {
						parsers[dir] = name
					}
				case strings.HasPrefix(name, "Fuzz"):
					targets[dir] = append(targets[dir], name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(targets) < 40 || len(parsers) < 20 {
		t.Fatalf("only %d packages with targets and %d with parsers are seen", len(targets), len(parsers))
	}
	for dir, name := range parsers {
		if _, not := unfuzzed()[dir]; len(targets[dir]) == 0 && !not {
			t.Errorf("%s has %s and no fuzz target", dir, name)
		}
	}
	for dir, names := range targets {
		for _, name := range names {
			if kept, err := os.ReadDir(filepath.Join("../..", dir, "testdata/fuzz", name)); err != nil || len(kept) == 0 {
				t.Errorf("%s: no inputs are kept for %s in testdata/fuzz", dir, name)
			}
		}
	}
	for dir := range unfuzzed() {
		if parsers[dir] == "" || len(targets[dir]) > 0 {
			t.Errorf("%s is listed as one that needs no fuzz target, and has one or no parser", dir)
		}
	}
}

// function reads the first line of a function that is no method: its name, and the
// type of what it takes first.
func function(line string) (name, takes string, ok bool) {
	rest, ok := strings.CutPrefix(line, "func ")
	if !ok {
		return "", "", false
	}
	name, rest, ok = strings.Cut(rest, "(")
	rest, _, _ = strings.Cut(rest, ")")
	for part := range strings.SplitSeq(rest, ",") { // a, b string
		if _, typ, named := strings.Cut(strings.TrimSpace(part), " "); named {
			return name, typ, ok
		}
	}
	return name, "", ok
}

// readsText reports whether a function is exported and takes a text apart.
func readsText(name, takes string) bool {
	return slices.ContainsFunc(reads(), func(p string) bool { return strings.HasPrefix(name, p) }) && slices.Contains([]string{"string", "[]byte", "io.Reader"}, takes)
}
