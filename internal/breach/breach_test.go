package breach_test

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/breach"
	"sallyport/internal/errs"
)

// listOf is the list of passwords in the form of the download, with a line's end
// of one's choice.
func listOf(end string, passwords ...string) string {
	var lines []string
	for i, p := range passwords {
		lines = append(lines, fmt.Sprintf("%X:%d", sha1.Sum([]byte(p)), i+1))
	}
	slices.Sort(lines)
	return strings.Join(lines, end) + end
}

func TestListIsSearchedWhereItLies(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 1000} {
		for name, end := range map[string]string{"Windows": "\r\n", "Unix": "\n"} {
			var on []string
			for i := range n {
				on = append(on, fmt.Sprintf("password %d", i))
			}
			text := listOf(end, on...)
			for last, text := range map[string]string{"with an end": text, "without": strings.TrimRight(text, "\r\n")} {
				l, err := breach.NewList(strings.NewReader(text), int64(len(text)))
				if err != nil {
					t.Fatal(n, name, last, err)
				}
				for _, p := range on {
					if found, err := l.Contains(p); !found || err != nil {
						t.Errorf("%d lines of %s, the last %s: %q is not found, %v", n, name, last, p, err)
					}
				}
				for i := range 50 {
					if found, err := l.Contains(fmt.Sprintf("another %d", i)); found || err != nil {
						t.Errorf("%d lines of %s: another is found, %v", n, name, err)
					}
				}
			}
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct{ text, says string }{
		"an empty file":       {"", "empty"},
		"a list of passwords": {"hunter2\nletmein\n", "40 hexadecimal digits"},
		"NTLM hashes":         {"00000011059407D743D40689940F858C:2\n", "40 hexadecimal digits"},
		"another order":       {strings.Repeat("FFFF06D24FB1C6A4C4E2C3F3A3E8F0B2D1A0B9C8:1\n", 40) + strings.Repeat("000006D24FB1C6A4C4E2C3F3A3E8F0B2D1A0B9C8:1\n", 40), "order"},
		"one endless line":    {strings.Repeat("A", 1000), "40 hexadecimal digits"},
		"no count":            {"FFFF06D24FB1C6A4C4E2C3F3A3E8F0B2D1A0B9C8:many\n", "40 hexadecimal digits"},
	} {
		path := filepath.Join(dir, "list")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := breach.Open(path); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, path := range map[string]string{"nothing there": filepath.Join(dir, "none"), "a folder": dir} {
		if _, err := breach.Open(path); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(dir, "good")
	if err := os.WriteFile(path, []byte(listOf("\n", "x")), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := breach.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Contains("x"); err == nil {
		t.Error("a closed list answers")
	}
}

func TestCommon(t *testing.T) {
	for password, want := range map[string]bool{
		"Password2026!": true, "P@ssw0rd12345": true, "welcome123456": true, "Summer2026!!!": true, "123456789012": true, "aaaaaaaaaaaa": true, "abcabcabcabc": true,
		"qwertyuiopasdf": true, "1q2w3e4r5t6y": true, "letmeinplease1": true, "changeme2026": true, "01.01.1990 !!": true, "Sallyport2026": true, "zaq12wsxcde3": true,
		"AcmeAcme2026": true, "ada.lovelace1": true, "MyPassword2026": true, "abcdefghijkl": true, "987654321098": true, "!!!!!!!!!!!!": true, "Qwerty123456": true,
		"correct horse battery": false, "a quite new password": false, "tr0ub4dor and three": false, "gX7#kd02lLqz": false, "winter is not coming to us": false, "5839201847362910": false, "übermorgen regnet es": false,
	} {
		if got := breach.Common(password, "Acme", "Ada Lovelace"); got != want {
			t.Errorf("%q is common: %v", password, got)
		}
	}
}

func FuzzList(f *testing.F) {
	f.Add([]byte(listOf("\r\n", "a", "b", "c")), "b")
	f.Add([]byte("\n\n\n"), "x")
	f.Fuzz(func(t *testing.T, file []byte, password string) {
		l, err := breach.NewList(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		found, err := l.Contains(password)
		if found && (err != nil || !bytes.Contains(bytes.ToUpper(file), fmt.Appendf(nil, "%X", sha1.Sum([]byte(password))))) {
			t.Errorf("%q is found in %q, %v", password, file, err)
		}
	})
}

func FuzzCommon(f *testing.F) {
	f.Add("P@ssw0rd2026", "Acme")
	f.Fuzz(func(_ *testing.T, password, word string) { breach.Common(password, word) })
}
