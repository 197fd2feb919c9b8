package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func some() []file {
	return []file{{"bin/sallyport", []byte("program"), 0o755}, {"share/man/man1/sallyport.1", []byte("manual"), 0o644}, {"lib/systemd/system/sallyport.service", []byte("unit"), 0o644}}
}

// The same files at the same time are the same bytes; dpkg takes the package.
func TestPackagesAreTheSameAgain(t *testing.T) {
	at := time.Date(2026, 11, 21, 15, 4, 5, 0, time.UTC)
	first, err := debian("1.2.3", "amd64", some(), at)
	if err != nil {
		t.Fatal(err)
	}
	again, err := debian("1.2.3", "amd64", some(), at)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("it is another package, %v", err)
	}
	later, err := debian("1.2.3", "amd64", some(), at.Add(time.Hour))
	if err != nil || bytes.Equal(first, later) {
		t.Errorf("the time is not in it, %v", err)
	}
	tool, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Skip("there is no dpkg-deb to read it")
	}
	name := filepath.Join(t.TempDir(), "s.deb")
	if err := os.WriteFile(name, first, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ flag, want string }{{"--info", "Version: 1.2.3"}, {"--contents", "./usr/lib/systemd/system/sallyport.service"}} {
		out, err := exec.CommandContext(t.Context(), tool, c.flag, name).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) || strings.Contains(string(out), "warning") {
			t.Errorf("dpkg-deb %s: %v\n%s", c.flag, err, out)
		}
	}
}

func TestBill(t *testing.T) {
	packages, err := webPackages([]byte(`{"packages":{"":{"version":"1"},"node_modules/react":{"version":"19.0.0"},"node_modules/a/node_modules/@b/c":{"version":"2.0.0","dev":true}}}`))
	if err != nil || len(packages) != 2 {
		t.Fatalf("%+v, %v", packages, err)
	}
	text, err := writeBill("v1", time.Unix(0, 0).UTC(), append(packages, packages...))
	if err != nil || strings.Count(string(text), `"purl": "pkg:npm/%40b/c@2.0.0"`) != 1 || !strings.Contains(string(text), `"scope": "excluded"`) || !strings.Contains(string(text), `"specVersion": "1.5"`) {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := webPackages([]byte(`{"packages":`)); err == nil {
		t.Error("half a lock file was read")
	}
}
