package config_test

import (
	"net/netip"
	"strings"
	"testing"

	"sallyport/internal/config"
	"sallyport/internal/secret"
)

func TestMailServer(t *testing.T) {
	for url, want := range map[string]config.MailServer{
		"smtps://mail.example.com":       {Host: "mail.example.com", Port: 465, TLS: true},
		"smtps://mail.example.com:2465/": {Host: "mail.example.com", Port: 2465, TLS: true},
		"smtp://mail.example.com":        {Host: "mail.example.com", Port: 587},
		"smtp://10.1.2.3:25":             {Host: "10.1.2.3", Port: 25},
		"smtp://localhost":               {Host: "localhost", Port: 25, Local: true},
		"smtp://[::1]:2525":              {Host: "::1", Port: 2525, Local: true},
		"smtps://127.0.0.1":              {Host: "127.0.0.1", Port: 465, TLS: true},
	} {
		got, ok, err := config.Mail{URL: url}.Server()
		if got != want || !ok || err != nil {
			t.Errorf("%s is %+v, %v", url, got, err)
		}
	}
	for _, url := range []string{"", config.MailLog} {
		if _, ok, err := (config.Mail{URL: url}).Server(); ok || err != nil {
			t.Errorf("%q is a server, %v", url, err)
		}
	}
}

func TestMailRefused(t *testing.T) {
	tests := map[string]struct {
		change func(*config.Config)
		says   string
	}{
		"another scheme":         {func(c *config.Config) { c.Mail.URL = "http://mail.example.com" }, "mail.url: this is no URL"},
		"a password in the URL":  {func(c *config.Config) { c.Mail.URL = "smtp://u:SECRET@mail.example.com" }, "mail.password"},
		"a path":                 {func(c *config.Config) { c.Mail.URL = "smtp://mail.example.com/SECRET" }, "mail.url: this is no URL"},
		"no port":                {func(c *config.Config) { c.Mail.URL = "smtp://mail.example.com:99999" }, "is no port"},
		"no sender":              {func(c *config.Config) { c.Mail.From = "" }, "mail.from"},
		"a name with the sender": {func(c *config.Config) { c.Mail.From = "S <s@example.com>" }, "mail.from"},
		"two lines":              {func(c *config.Config) { c.Mail.Name = "S\r\nBcc: x@y.example" }, "mail.name"},
		"a user alone":           {func(c *config.Config) { c.Mail.User = "s" }, "go together"},
		"a password alone":       {func(c *config.Config) { c.Mail.Password = secret.NewText("SECRET") }, "go together"},
		"no URL":                 {func(c *config.Config) { c.Mail.URL = "" }, "mail: url is wanted"},
		"a log that others read": {func(c *config.Config) { c.Mail.URL, c.Listen = config.MailLog, "0.0.0.0:8080" }, "loopback"},
		"no time":                {func(c *config.Config) { c.Mail.Timeout = 0 }, "mail.timeout"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := config.Default()
			c.Mail.URL, c.Mail.From = "smtps://mail.example.com", "s@example.com"
			if err := c.Check(); err != nil {
				t.Fatal(err)
			}
			tt.change(&c)
			if err := c.Check(); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
}

// A mail server may stand in a private network, and not where clouds hand out
// credentials.
func TestMailNetworks(t *testing.T) {
	for addr, want := range map[string]bool{"10.1.2.3": true, "127.0.0.1": true, "192.168.1.1": true, "fd00::1": true, "169.254.169.254": false, "169.254.1.1": false, "0.0.0.0": false, "224.0.0.1": false} {
		got := false
		for _, n := range (config.Mail{}).Networks() {
			got = got || n.Contains(netip.MustParseAddr(addr))
		}
		if got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
}

func TestHello(t *testing.T) {
	for base, want := range map[string]string{"https://sallyport.example.com:8443": "sallyport.example.com", "http://127.0.0.1:8080": "[127.0.0.1]", "http://[::1]:8080": "[IPv6:::1]"} {
		c := config.Default()
		if c.BaseURL = base; c.Hello() != want {
			t.Errorf("%s: %s, want %s", base, c.Hello(), want)
		}
	}
}
