package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/config"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadLayers(t *testing.T) {
	password := write(t, "url", "postgres://u:s3cret@db/x\n")
	file := write(t, "c.yaml", "listen: 0.0.0.0:9000\nworkers: 8\nlog: { level: debug }\negress: { allow: [10.0.0.0/8] }\ndatabase_file: "+password+"\n")
	c, err := config.Load(file, []string{"SALLYPORT_WORKERS=9", "SALLYPORT_POLL_MOST=1m", "SALLYPORT_CONTENT_DIRS=a, b", "PATH=/bin"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "0.0.0.0:9000" || c.Workers != 9 || c.Log.Level != "debug" || c.Poll.Most != time.Minute || len(c.ContentDirs) != 2 || c.DSN() != "postgres://u:s3cret@db/x" {
		t.Errorf("loaded %+v", c)
	}
	var out bytes.Buffer
	if err := c.Print(&out); err != nil || strings.Contains(out.String(), "s3cret") || !strings.Contains(out.String(), "workers: 9\n") {
		t.Errorf("printed %s, %v", out.String(), err)
	}
}

// What is printed of a configuration without secrets loads to the same again.
func TestPrintLoads(t *testing.T) {
	want := config.Default()
	want.Egress.Allow, want.BaseURL = []string{"10.0.0.0/8"}, "https://x.example"
	var out bytes.Buffer
	if err := want.Print(&out); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(write(t, "c.yaml", out.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := got.Print(&again); err != nil || again.String() != out.String() {
		t.Errorf("printed again as\n%s, %v", again.String(), err)
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := map[string]struct {
		file, env, says string
	}{
		"unknown option":        {file: "listen: x\nlisten_addr: y", says: "line 2: there is no option listen_addr"},
		"unknown inner option":  {file: "log:\n  colour: red", says: "line 2: there is no option log.colour"},
		"no mapping":            {file: "log: info", says: "log: a mapping is wanted"},
		"no YAML":               {file: "a: [", says: "line 1"},
		"no number":             {file: "workers: many", says: `"many" is no whole number`},
		"no span":               {file: "shutdown: soon", says: "no span of time"},
		"no network":            {file: "egress: { allow: [10.0.0.1/99] }", says: "egress.allow"},
		"no proxy's network":    {file: "trusted_proxies: [10.0.0.1]", says: `trusted_proxies: "10.0.0.1" is no network`},
		"another database":      {env: "SALLYPORT_DATABASE=mysql://u:SECRETPW@h/x", says: `database: a URL of "mysql" is none that is known`},
		"no URL of a proxy":     {file: "egress: { proxy: 'ftp://x:SECRETPW@y' }", says: "egress.proxy: this is no http or https URL"},
		"a proxy's password":    {file: "egress: { proxy: 'http://x:SECRETPW%zz@y' }", says: "egress.proxy: this is no"},
		"a broken base URL":     {file: "base_url: 'https://x:SECRETPW@'", says: "base_url: this is no"},
		"a key twice":           {file: "workers: 1\nlisten: a\nworkers: 2", says: "line 3: workers stands there twice, first in line 1"},
		"an inner key twice":    {file: "log:\n  level: info\n  level: debug", says: "line 3: log.level stands there twice, first in line 2"},
		"a secret and its file": {file: "database: postgres://a\ndatabase_file: /no/such", says: "line 2: database_file and database (line 1) set the same"},
		"two variables":         {env: "SALLYPORT_DATABASE=x SALLYPORT_DATABASE_FILE=y", says: "SALLYPORT_DATABASE and SALLYPORT_DATABASE_FILE set the same"},
		"no URL":                {file: "base_url: sallyport.example", says: "base_url"},
		"half of TLS":           {file: "tls: { cert_file: a }", says: "go together"},
		"level":                 {file: "log: { level: loud }", says: "log.level"},
		"no collector":          {file: "audit: { syslog: 'http://logs.example.com' }", says: "audit.syslog: a syslog collector is"},
		"a log kept too short":  {file: "audit: { keep: 1h }", says: "audit.keep: at least 24h"},
		"poll too often":        {file: "poll: { least: 1ms }", says: "poll: least"},
		"unknown variable":      {env: "SALLYPORT_LISTENS=x", says: "SALLYPORT_LISTENS sets nothing"},
		"variable of no number": {env: "SALLYPORT_WORKERS=x", says: "SALLYPORT_WORKERS"},
		"secret file not there": {env: "SALLYPORT_DATABASE_FILE=/no/such", says: "no such file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file, env := "", []string{}
			if tt.file != "" {
				file = write(t, "c.yaml", tt.file)
			}
			if tt.env != "" {
				env = strings.Fields(tt.env)
			}
			_, err := config.Load(file, env)
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
	if _, err := config.Load("/no/such/file.yaml", nil); err == nil {
		t.Error("a file that is not there was loaded")
	}
}

func TestURL(t *testing.T) {
	cert := config.TLS{CertFile: "a", KeyFile: "b"}
	tests := map[string]struct {
		listen, base string
		tls          config.TLS
		url          string
		exposed      bool
	}{
		"loopback":             {"127.0.0.1:8080", "", config.TLS{}, "http://127.0.0.1:8080", false},
		"every address":        {"[::]:8080", "", config.TLS{}, "http://localhost:8080", true},
		"every IPv4 address":   {"0.0.0.0:8443", "", cert, "https://localhost:8443", false},
		"a port alone":         {":8080", "", config.TLS{}, "http://localhost:8080", true},
		"behind a proxy":       {"10.0.0.5:8080", "https://sallyport.example.com/", config.TLS{}, "https://sallyport.example.com", false},
		"a name, plainly":      {"10.0.0.5:8080", "http://sallyport.example.com", config.TLS{}, "http://sallyport.example.com", true},
		"IPv6's loopback":      {"[::1]:8080", "", config.TLS{}, "http://[::1]:8080", false},
		"loopback by its name": {"localhost:8080", "", config.TLS{}, "http://localhost:8080", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := config.Default()
			c.Listen, c.BaseURL, c.TLS = tt.listen, tt.base, tt.tls
			if c.URL() != tt.url || c.Exposed() != tt.exposed {
				t.Errorf("%s, exposed: %v", c.URL(), c.Exposed())
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("listen: a\nlog: { level: info }\n")
	path := filepath.Join(f.TempDir(), "c.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = config.Load(path, nil)
	})
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:0": true, "127.9.9.9:80": true, "[::1]:80": true, "localhost:80": true, ":80": false, "0.0.0.0:80": false, "[::]:80": false,
		"192.0.2.1:80": false, "example.com:80": false,
	} {
		if got, err := config.Loopback(address); got != want || err != nil {
			t.Errorf("%s: %v %v, want %v", address, got, err, want)
		}
	}
	if _, err := config.Loopback("8080"); err == nil {
		t.Error("a port alone is no address")
	}
}
