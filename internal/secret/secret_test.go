package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sallyport/internal/secret"
)

func open(t *testing.T, path string) *secret.Keyring {
	t.Helper()
	k, err := secret.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t *testing.T, k *secret.Keyring, text, context string) []byte {
	t.Helper()
	sealed, err := k.Seal([]byte(text), []byte(context))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func opens(t *testing.T, k *secret.Keyring, sealed []byte, context, want string) {
	t.Helper()
	got, err := k.Unseal(sealed, []byte(context))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("unsealed %q, want %q", got, want)
	}
}

func TestSealedValueOpensInItsContextOnly(t *testing.T) {
	k := open(t, filepath.Join(t.TempDir(), "keys.json"))
	sealed := seal(t, k, "00abc", "org_1/connection_1")
	if bytes.Contains(sealed, []byte("00abc")) {
		t.Error("the sealed value shows the secret")
	}
	opens(t, k, sealed, "org_1/connection_1", "00abc")
	for name, tt := range map[string]struct {
		sealed  []byte
		context string
	}{
		"another context": {sealed, "org_1/connection_2"},
		"no context":      {sealed, ""},
		"changed":         {append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1), "org_1/connection_1"},
		"cut":             {sealed[:8], "org_1/connection_1"},
		"nothing":         {nil, "org_1/connection_1"},
	} {
		if _, err := k.Unseal(tt.sealed, []byte(tt.context)); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%s: error %v, want one that wraps ErrSealed", name, err)
		}
	}
}

func TestKeyringFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	sealed := seal(t, open(t, path), "x", "c")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %04o, want 0600", got)
	}
	opens(t, open(t, path), sealed, "c", "x") // it is read again, not made again
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err = secret.Open(path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("error %v, want one that names the file and what to do", err)
	}
}

func TestUnreadableKeyringIsNeverReplaced(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no JSON": "keys!", "no keys": `{"primaryKeyId":1,"key":[]}`, "another thing": `{"a":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := secret.Open(path); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one that names the file", err)
			}
			if got, _ := os.ReadFile(path); string(got) != text {
				t.Errorf("the file now holds %q", got)
			}
		})
	}
	if _, err := secret.Open(t.TempDir()); err == nil {
		t.Error("a folder was taken for a keyring")
	}
}

func TestRotationKeepsOldValues(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	server, command := open(t, path), open(t, path)
	old := seal(t, server, "old", "c")
	if !server.Current(old) {
		t.Error("a fresh value does not count as current")
	}
	if err := command.Rotate(); err != nil {
		t.Fatal(err)
	}
	fresh := seal(t, command, "fresh", "c")
	opens(t, command, old, "c", "old")
	if command.Current(old) || !command.Current(fresh) {
		t.Error("Current does not tell the old key from the new one")
	}
	opens(t, server, fresh, "c", "fresh") // the key that another process added is found
	if err := server.Rotate(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	opens(t, again, old, "c", "old")
	opens(t, again, fresh, "c", "fresh")
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("rotation left files behind: %v", entries)
	}
}

func TestRotationWaitsForNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	k := open(t, path)
	if err := os.WriteFile(path+".lock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err == nil || !strings.Contains(err.Error(), path+".lock") {
		t.Errorf("error %v, want one that names the lock", err)
	}
}

// Everybody who opens a keyring that is not there yet must end up with the
// same one.
func TestKeyringIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	rings := make([]*secret.Keyring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() { rings[i], _ = secret.Open(path) })
	}
	wg.Wait()
	for i, k := range rings {
		if k == nil {
			t.Fatalf("keyring %d did not open", i)
		}
		opens(t, rings[0], seal(t, k, "x", "c"), "c", "x")
	}
}

func TestTextNeverShowsItself(t *testing.T) {
	const value = "xoxb-top-secret"
	s := secret.NewText(value)
	holder := struct {
		Token secret.Text
		Ptr   *secret.Text
		List  []secret.Text
	}{s, &s, []secret.Text{s}}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", s, "holder", holder)
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{log.String(), string(asJSON), s.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, holder), fmt.Sprintf(verb, &s))
	}
	for _, out := range shown {
		if strings.Contains(out, value) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", value)) {
			t.Errorf("shown in %q", out)
		}
	}
	if s.Reveal() != value || !strings.Contains(string(asJSON), secret.Mask) {
		t.Error("the secret is lost, or nothing stands in its place")
	}
	var read struct{ Token secret.Text }
	if err := json.Unmarshal([]byte(`{"Token":"abc"}`), &read); err != nil || read.Token.Reveal() != "abc" {
		t.Errorf("read %q, %v", read.Token.Reveal(), err)
	}
}

// A file of any content is a keyring that seals and opens, or is refused and
// left as it is.
func FuzzOpen(f *testing.F) {
	good := filepath.Join(f.TempDir(), "good")
	if _, err := secret.Open(good); err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"primaryKeyId":1,"key":[]}`))
	path := filepath.Join(f.TempDir(), "key")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := secret.Open(path)
		if after, readErr := os.ReadFile(path); readErr != nil || string(after) != string(text) {
			t.Fatalf("the file was changed: %v", readErr)
		}
		if err != nil {
			return
		}
		sealed, err := k.Seal([]byte("s"), []byte("c"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := k.Unseal(sealed, []byte("c")); err != nil || string(plain) != "s" {
			t.Fatalf("%q, %v", plain, err)
		}
	})
}
