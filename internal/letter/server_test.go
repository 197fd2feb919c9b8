package letter_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	netmail "net/mail"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"sallyport/internal/egress"
	"sallyport/internal/letter"
	"sallyport/internal/smtp"
)

// office is a mail server of another maker than the client.
type office struct {
	sasl    []string
	mu      sync.Mutex
	refuse  map[string]error // what to say to a command
	texts   []string
	logins  []string
	pool    *x509.CertPool
	address string
}

func (o *office) say(verb string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.refuse[verb]
}

func (o *office) will(verb string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = map[string]error{verb: err}
}

func (o *office) got() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.texts...)
}

type session struct{ *office }

func (o *office) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return session{o}, o.say("EHLO") }

func (s session) AuthMechanisms() []string { return s.sasl }

func (s session) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.logins = append(s.logins, mech+" "+user)
		if password != "pass-word-1" {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"}
		}
		return nil
	}
	if mech == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer speaks AUTH LOGIN (draft-murchison-sasl-login).
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

func (s session) Mail(string, *gosmtp.MailOptions) error { return s.say("MAIL") }
func (s session) Rcpt(string, *gosmtp.RcptOptions) error { return s.say("RCPT") }
func (s session) Reset()                                 {}
func (s session) Logout() error                          { return nil }

func (s session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.texts = append(s.texts, string(text))
	s.mu.Unlock()
	return s.say("DATA")
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// open starts the server, protected in a way.
func (o *office) open(t *testing.T, security smtp.Security) {
	t.Helper()
	s := gosmtp.NewServer(o)
	s.AllowInsecureAuth, s.ErrorLog, s.ReadTimeout, s.WriteTimeout = true, quiet{}, 10*time.Second, 10*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.address = l.Addr().String()
	cert, pool := certificate(t)
	o.pool = pool
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch security {
	case smtp.StartTLS:
		s.TLSConfig = config
	case smtp.None:
	case smtp.TLS:
		l = tls.NewListener(l, config)
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() { _ = s.Close(); wg.Wait() })
}

// post is how letters get there.
func (o *office) post(security smtp.Security, login *smtp.Login) *letter.Mail {
	return postTo(o.address, security, login, o.pool)
}

func postTo(address string, security smtp.Security, login *smtp.Login, pool *x509.CertPool) *letter.Mail {
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	return &letter.Mail{
		Server: smtp.Server{Host: host, Port: port, Security: security, Hello: "localhost", Login: login},
		Sender: netmail.Address{Name: "Sallyport", Address: "sallyport@acme.example"}, Out: egress.New(egress.Options{Allow: loopback(), Roots: pool}), Timeout: 5 * time.Second,
	}
}

// certificate is one of an authority of its own, for 127.0.0.1.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
