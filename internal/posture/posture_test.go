package posture_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"sallyport/internal/posture"
)

func builtIn(t testing.TB) (fs.FS, []*posture.Check) {
	t.Helper()
	files, err := posture.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	checks, err := posture.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return files, checks
}

// TestCases runs the cases of every check: one of each that passes, that fails,
// and that does not see what it needs.
func TestCases(t *testing.T) {
	files, checks := builtIn(t)
	for _, c := range checks {
		t.Run(c.ID, func(t *testing.T) {
			cases, err := posture.CasesOf(files, c)
			if err != nil {
				t.Fatal(err)
			}
			if lacking := posture.Lacking(cases); len(lacking) > 0 {
				t.Errorf("%s has no case that is %s", c.ID, lacking)
			}
			for _, k := range cases {
				out, err := c.Try(t.Context(), k)
				if err != nil {
					t.Errorf("%s:%d: %s: %v", k.File, k.Line, k.Name, err)
				}
				for _, why := range out.Why {
					t.Errorf("%s:%d: %s: %s", k.File, k.Line, k.Name, why)
				}
			}
		})
	}
}

// TestNoCasesWithoutChecks holds that every file of cases has its check.
func TestNoCasesWithoutChecks(t *testing.T) {
	files, _ := builtIn(t)
	err := fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		if base, ok := strings.CutSuffix(name, posture.CasesSuffix); ok && err == nil {
			_, err = fs.Stat(files, base+".yaml")
			if errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s has no check", name)
				return nil
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingPassesUnseen takes away, of every case that passes, each of the
// collections that its check needs: it must not pass any more.
func TestNothingPassesUnseen(t *testing.T) {
	files, checks := builtIn(t)
	for _, c := range checks {
		for _, need := range c.Needs {
			cases, err := posture.CasesOf(files, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range cases {
				if k.Verdict != posture.Pass {
					continue
				}
				out, err := c.Try(t.Context(), k.Without(need))
				if err != nil {
					t.Fatal(err)
				}
				if out.Result.Verdict != posture.Manual {
					t.Errorf("%s, %s: without %s it is %s", c.ID, k.Name, need, out.Result.Verdict)
				}
			}
		}
	}
}
