package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"sallyport/internal/config"
)

// When a certificate or a secret is worth a word before it ends.
const (
	endsSoon = 30 * 24 * time.Hour
	endsNow  = 7 * 24 * time.Hour
)

// Refused is the report on a configuration that does not load: nothing else can be
// looked at then.
func Refused(err error) Report {
	n := notes{area: "configuration"}
	n.fail("Put it right and look again: `sallyport config --list` lists every option with its variable and default.", "%v", err)
	return Report{n.all}
}

// Configuration looks at what was configured, before anything is opened.
func Configuration(c config.Config, now time.Time) []Finding {
	n := notes{area: "configuration"}
	n.ok("it is understood: %s", c)
	plainURL(&n, c)
	if c.TLS.CertFile != "" {
		certificate(&n, c.TLS, c.URL(), now)
	}
	if host, _, _ := strings.Cut(strings.TrimPrefix(c.URL(), "https://"), "/"); strings.HasPrefix(c.URL(), "https://") && c.TLS.CertFile == "" && len(c.Proxies) == 0 {
		n.warn("Name the proxy's network in trusted_proxies, as 10.0.0.0/8: until then everybody behind it counts as one address when attempts to sign in are counted.",
			"a proxy serves %s, and none is trusted", host)
	}
	return n.all
}

func plainURL(n *notes, c config.Config) {
	switch {
	case c.Exposed():
		n.fail("Set tls.cert_file and tls.key_file, or put a proxy with a certificate before the server and set base_url to its https URL.",
			"others reach this server over plain HTTP at %s: passwords and sessions can be read on the way", c.Listen)
	case c.BaseURL == "":
		n.warn("Set base_url to the URL by which people and Okta reach the server: links in letters, event hooks and single sign-on are made of it.",
			"base_url is not set: links lead to %s, which only this machine knows", c.URL())
	default:
		n.ok("people and Okta reach the server by %s", c.URL())
	}
}

// certificate looks at the certificate that the server serves with.
func certificate(n *notes, t config.TLS, url string, now time.Time) {
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		n.fail("Put a PEM chain in tls.cert_file and its key in tls.key_file; the server does not start without them.", "the certificate cannot be loaded: %v", err)
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		n.fail("Have a new certificate made.", "the certificate %s cannot be read: %v", t.CertFile, err)
		return
	}
	renew := "Renew it, put the new one in place and restart the server."
	left := leaf.NotAfter.Sub(now)
	switch {
	case left <= 0:
		n.fail(renew, "the certificate %s ended on %s", t.CertFile, day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		n.fail("Look at this machine's clock; if that is right, wait or have the certificate made anew.", "the certificate %s begins on %s only", t.CertFile, day(leaf.NotBefore))
	case left < endsNow:
		n.fail(renew, "the certificate %s ends on %s", t.CertFile, day(leaf.NotAfter))
	case left < endsSoon:
		n.warn(renew, "the certificate %s ends on %s", t.CertFile, day(leaf.NotAfter))
	default:
		n.ok("the certificate %s is good until %s", t.CertFile, day(leaf.NotAfter))
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://"), "/")
	if name, _, ok := strings.Cut(host, ":"); ok {
		host = name
	}
	if err := leaf.VerifyHostname(host); err != nil {
		n.fail("Have a certificate made for that name, or set base_url to a name that it is for.", "the certificate is not for %s: %v", host, err)
	}
	chain(n, pair, leaf, now)
}

// chain looks whether the certificate leads to an authority that this machine knows.
func chain(n *notes, pair tls.Certificate, leaf *x509.Certificate, now time.Time) {
	between := x509.NewCertPool()
	for _, der := range pair.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(c)
		}
	}
	at := now
	if at.After(leaf.NotAfter) || at.Before(leaf.NotBefore) { // which was said already
		at = leaf.NotBefore
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Intermediates: between, CurrentTime: at}); err != nil {
		n.warn("Okta delivers event hooks to public authorities only: put the whole chain in tls.cert_file, the server's certificate first. With an authority of your own, poll instead of the hook.",
			"the chain leads to no authority that this machine knows: %v", err)
	}
}

// Files looks at the data folder and the key file. Neither is made. The second value
// says whether they can be worked with.
func Files(c config.Config) ([]Finding, bool) {
	n := notes{area: "files"}
	info, err := os.Stat(c.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		n.fail("Start the server once, which makes it, or set data_dir (SALLYPORT_DATA_DIR) to where it is.", "there is no data folder %s", c.DataDir)
		return n.all, false
	case err != nil:
		n.fail("Give the server's account the folder: chown -R sallyport "+c.DataDir+".", "the data folder cannot be looked at: %v", err)
		return n.all, false
	case !info.IsDir():
		n.fail("Set data_dir to a folder.", "%s is no folder", c.DataDir)
		return n.all, false
	}
	if info.Mode().Perm()&0o007 != 0 {
		n.warn("chmod 700 "+c.DataDir, "everybody on this machine gets into the data folder %s (mode %04o)", c.DataDir, info.Mode().Perm())
	} else {
		n.ok("the data folder %s is the server's own", c.DataDir)
	}
	if !writable(c.DataDir) {
		n.fail("Look again as the account that the server runs as; give it the folder if it is not its own.", "this account cannot write into %s", c.DataDir)
	}
	return append(n.all, keyFile(c.Key())...), keyThere(c.Key())
}

// writable tries to write: what modes, lists and mounts say together is not to be
// computed.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".sallyport-doctor-")
	if err != nil {
		return false
	}
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}

func keyThere(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o077 == 0
}

func keyFile(path string) []Finding {
	n := notes{area: "key file"}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		n.fail("Put the copy of the key file in place before anything is started: a server that finds none makes a new key, which opens nothing that is sealed. On a new server start it once.",
			"there is no key file %s", path)
	case err != nil:
		n.fail("Give the server's account the file.", "the key file cannot be looked at: %v", err)
	case info.Mode().Perm()&0o077 != 0:
		n.fail("chmod 600 "+path+"; and `sallyport secret rotate` if somebody may have read it.", "others can read the key file %s (mode %04o)", path, info.Mode().Perm())
	default:
		n.ok("the key file %s is the server's own", path)
	}
	return n.all
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }
