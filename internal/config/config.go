// Package config is how a server is configured: defaults, then a YAML file, then
// environment variables. What is not known is refused, and what is secret can
// come from a file and is never shown.
package config

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/secret"
)

// Config is all that can be set. Every field has an environment variable: the
// names on the way to it in upper case, joined by _, after SALLYPORT.
type Config struct {
	DataDir      string        `yaml:"data_dir" help:"folder of the database and the key file"`
	Database     secret.Text   `yaml:"database" help:"postgres://… URL, or the path of an SQLite file; empty is sallyport.db in data_dir"`
	KeyFile      string        `yaml:"key_file" help:"the key that seals secrets; made with mode 0600 if it is not there; empty is sallyport.key in data_dir"`
	Listen       string        `yaml:"listen" help:"address of the HTTP server"`
	BaseURL      string        `yaml:"base_url" help:"the URL by which people and Okta reach this server; empty is http:// (https:// with tls) and listen"`
	TLS          TLS           `yaml:"tls"`
	Proxies      []string      `yaml:"trusted_proxies" help:"networks (CIDR) of the proxies before this server, whose X-Forwarded-For says where a request comes from; by default none"`
	Log          Log           `yaml:"log"`
	Workers      int           `yaml:"workers" help:"flow runs worked at once"`
	EndpointRate int           `yaml:"endpoint_rate" help:"requests a second that may start one flow at its API endpoint"`
	SCIMRate     int           `yaml:"scim_rate" help:"SCIM requests a second that an organization's identity provider may make, over some time"`
	Egress       Egress        `yaml:"egress"`
	Poll         Poll          `yaml:"poll"`
	Session      Session       `yaml:"session"`
	Password     Password      `yaml:"password"`
	Audit        Audit         `yaml:"audit"`
	Traces       Traces        `yaml:"traces"`
	Mail         Mail          `yaml:"mail"`
	ContentDirs  []string      `yaml:"content_dirs" help:"folders of further connectors and templates, laid out like content/ in the source"`
	RuleDirs     []string      `yaml:"rule_dirs" help:"folders of further detection rules, such as a checkout of Sigma's; each is a pack of the folder's name"`
	MetricsToken secret.Text   `yaml:"metrics_token" help:"bearer token with which other machines may read /metrics; without one only this machine may"`
	Profiles     string        `yaml:"profiles" help:"address on loopback, as 127.0.0.1:6060, on which the server shows what it does with its time and memory (Go's pprof, at /debug/pprof/); empty is none"`
	SandboxURL   string        `yaml:"sandbox_url" help:"URL of a sandbox; turns the rehearsal page on, for the default organization, and lets single sign-on of that sandbox go over http on this machine"`
	Shutdown     time.Duration `yaml:"shutdown" help:"how long runs may take to reach a point where they can stop"`
}

// TLS is the certificate that the server serves with; without one it speaks
// plain HTTP, for a proxy before it.
type TLS struct {
	CertFile string `yaml:"cert_file" help:"PEM certificate chain"`
	KeyFile  string `yaml:"key_file" help:"PEM private key"`
}

// Log says what is logged and how.
type Log struct {
	Level  string `yaml:"level" help:"debug, info, warn or error"`
	Format string `yaml:"format" help:"json or text"`
}

// Egress says where connections may go.
type Egress struct {
	Allow []string    `yaml:"allow" help:"private networks (CIDR) that connectors and flows may reach; by default none, and never this host itself"`
	Proxy secret.Text `yaml:"proxy" help:"URL of a proxy for outgoing HTTP, with its user and password where it wants them"`
}

// Poll is the span between two looks at the System Log.
type Poll struct {
	Least time.Duration `yaml:"least" help:"pause between two polls of a System Log while events come"`
	Most  time.Duration `yaml:"most" help:"pause between two polls while none come"`
}

// Mail is how the server writes to people in its own name: to confirm an address,
// to reset a password, to invite.
type Mail struct {
	URL      string        `yaml:"url" help:"the mail server: smtps://mail.example.com (port 465, protected from the start) or smtp://mail.example.com (port 587, protected by STARTTLS; plain only on this machine); log writes letters with their links to the server's log, for a demo on loopback; empty sends none"`
	User     string        `yaml:"user" help:"who signs in to the mail server; empty is nobody"`
	Password secret.Text   `yaml:"password" help:"of that user"`
	From     string        `yaml:"from" help:"address that letters come from, as sallyport@example.com"`
	Name     string        `yaml:"name" help:"name that letters come from"`
	CAFile   string        `yaml:"ca_file" help:"PEM certificates of the authorities that may vouch for the mail server; empty is those of the system"`
	Timeout  time.Duration `yaml:"timeout" help:"how long handing over one letter may take"`
}

// Session is how long a sign-in lasts.
type Session struct {
	Idle     time.Duration `yaml:"idle" help:"a session ends after this long without a request"`
	Absolute time.Duration `yaml:"absolute" help:"a session ends this long after sign-in"`
}

// Password is what passwords must be.
type Password struct {
	BreachList string `yaml:"breach_list" help:"file of the SHA-1 hashes of passwords that were published after break-ins, ordered by hash, as haveibeenpwned.com gives it to download; a new password is none of them. Nobody outside is asked. Empty knows common patterns alone"`
}

// Audit says what becomes of the audit log.
type Audit struct {
	Syslog string        `yaml:"syslog" help:"collector to which the audit log is sent (RFC 5424): tls://host:6514, tcp://host:601 or udp://host:514; empty is none"`
	CAFile string        `yaml:"ca_file" help:"PEM certificates by which a tls collector is known; empty is those of the machine"`
	Keep   time.Duration `yaml:"keep" help:"how long entries of the audit log are kept; 0 is for ever"`
}

// Traces says where traces of OpenTelemetry are sent. The standard OTEL_ variables hold
// where nothing is said here.
type Traces struct {
	Endpoint string      `yaml:"endpoint" help:"collector of OpenTelemetry that takes OTLP over HTTP, such as http://127.0.0.1:4318; empty is OTEL_EXPORTER_OTLP_ENDPOINT, and without that none"`
	Headers  secret.Text `yaml:"headers" help:"headers that the collector wants, as name=value,name=value"`
}

// Default returns the configuration of a server that was told nothing.
func Default() Config {
	return Config{
		DataDir: "data", Listen: "127.0.0.1:8080", Workers: 64, EndpointRate: 1000, SCIMRate: 200, Shutdown: 20 * time.Second,
		Log: Log{Level: "info", Format: "json"}, Poll: Poll{Least: 2 * time.Second, Most: 10 * time.Second},
		Session: Session{Idle: time.Hour, Absolute: 12 * time.Hour},
		Mail:    Mail{Name: "Sallyport", Timeout: 30 * time.Second},
	}
}

// DSN returns the database's name as the store takes it.
func (c Config) DSN() string {
	return cmp.Or(c.Database.Reveal(), filepath.Join(c.DataDir, "sallyport.db"))
}

// Key returns the path of the key file.
func (c Config) Key() string { return cmp.Or(c.KeyFile, filepath.Join(c.DataDir, "sallyport.key")) }

// URL returns the URL by which the server is reached, without a slash at its end.
func (c Config) URL() string {
	if c.BaseURL != "" {
		return strings.TrimRight(c.BaseURL, "/")
	}
	scheme := "http"
	if c.TLS.CertFile != "" {
		scheme = "https"
	}
	return scheme + "://" + c.shown()
}

// shown is the address of the server as this machine reaches it: one that means
// every address of the machine is none to go to.
func (c Config) shown() string {
	host, port, err := net.SplitHostPort(c.Listen)
	if ip, ipErr := netip.ParseAddr(host); err == nil && (host == "" || ipErr == nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return c.Listen
}

// Loopback reports whether nobody but this machine can connect to an address to
// listen on: HOST:PORT.
func Loopback(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, errs.New(errs.Invalid, "an address is HOST:PORT, not %q", address)
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback(), nil
}

// Exposed reports whether others reach the server over plain HTTP, as far as can
// be told: what they send can be read on the way.
func (c Config) Exposed() bool {
	local, err := Loopback(c.Listen)
	return (err != nil || !local) && c.TLS.CertFile == "" && !strings.HasPrefix(c.BaseURL, "https://")
}

// Networks returns the private networks that connections may go to.
func (c Config) Networks() ([]netip.Prefix, error) { return networks("egress.allow", c.Egress.Allow) }

// TrustedProxies returns the networks of the proxies before the server.
func (c Config) TrustedProxies() ([]netip.Prefix, error) {
	return networks("trusted_proxies", c.Proxies)
}

func networks(option string, texts []string) ([]netip.Prefix, error) {
	out := make([]netip.Prefix, 0, len(texts))
	for _, s := range texts {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %q is no network: write it as 10.1.0.0/16, and one address as 10.1.2.3/32", option, s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// checkRates bounds what is asked for so many times a second.
func (c Config) checkRates() error {
	for name, n := range map[string]int{"endpoint_rate": c.EndpointRate, "scim_rate": c.SCIMRate} {
		if n < 1 || n > 1_000_000 {
			return errs.New(errs.Invalid, "%s: a number from 1 to 1000000 is wanted, not %d", name, n)
		}
	}
	return nil
}

// Check returns the first thing that is wrong.
func (c Config) Check() error {
	if _, err := c.Networks(); err != nil {
		return err
	}
	if _, err := c.TrustedProxies(); err != nil {
		return err
	}
	if err := c.checkURLs(); err != nil {
		return err
	}
	if c.Audit.Syslog != "" {
		if _, err := audit.ParseTarget(c.Audit.Syslog); err != nil {
			return errs.New(errs.Invalid, "audit.syslog: %v", err)
		}
	}
	if err := c.checkMail(); err != nil {
		return err
	}
	if err := c.checkRates(); err != nil {
		return err
	}
	switch {
	case c.Workers < 1 || c.Workers > 10_000:
		return errs.New(errs.Invalid, "workers: a number from 1 to 10000 is wanted, not %d", c.Workers)
	case (c.TLS.CertFile == "") != (c.TLS.KeyFile == ""):
		return errs.New(errs.Invalid, "tls: cert_file and key_file go together")
	case c.Log.Format != "json" && c.Log.Format != "text":
		return errs.New(errs.Invalid, "log.format: %q is neither json nor text", c.Log.Format)
	}
	if _, err := c.Log.Threshold(); err != nil {
		return err
	}
	return c.checkSpans()
}

// checkURLs says of a URL that is wrong no more than its scheme: there may be a
// password in it.
func (c Config) checkURLs() error {
	if scheme, _, ok := strings.Cut(c.Database.Reveal(), "://"); ok && scheme != "postgres" && scheme != "postgresql" {
		return errs.New(errs.Invalid, "database: a URL of %.20q is none that is known: write postgres://user:password@host/name, or the path of an SQLite file", scheme)
	}
	for _, o := range []struct{ name, text, like string }{
		{"base_url", c.BaseURL, "https://sallyport.example.com"},
		{"traces.endpoint", c.Traces.Endpoint, "https://otel.example.com:4318"},
		{"sandbox_url", c.SandboxURL, "http://127.0.0.1:9000"},
		{"egress.proxy", c.Egress.Proxy.Reveal(), "http://proxy.example.com:3128"},
	} {
		if u, err := url.Parse(o.text); o.text != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return errs.New(errs.Invalid, "%s: this is no http or https URL: write it as %s", o.name, o.like)
		}
	}
	return nil
}

func (c Config) checkSpans() error {
	switch {
	case c.Poll.Least < time.Second || c.Poll.Most < c.Poll.Least:
		return errs.New(errs.Invalid, "poll: least is at least 1s, and most is not below it")
	case c.Session.Idle < time.Minute || c.Session.Absolute < c.Session.Idle:
		return errs.New(errs.Invalid, "session: idle is at least 1m, and absolute is not below it")
	case c.Audit.Keep != 0 && c.Audit.Keep < 24*time.Hour:
		return errs.New(errs.Invalid, "audit.keep: at least 24h, or 0 for ever")
	case c.Shutdown < 0:
		return errs.New(errs.Invalid, "shutdown: a span from 0s on is wanted")
	}
	return nil
}

// String describes the configuration without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("data in %s, listening on %s", c.DataDir, c.Listen)
}
