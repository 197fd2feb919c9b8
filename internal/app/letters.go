package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"

	"sallyport/internal/config"
	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/live"
	"sallyport/internal/smtp"
)

// newLetters returns what sends the server's own letters.
func (a *App) newLetters(ctx context.Context) (*letter.Sender, error) {
	post, err := a.post(ctx)
	if err != nil {
		return nil, err
	}
	return &letter.Sender{
		Office: &letter.Office{Post: post, Keys: a.Keys, Server: a.Config.URL(), Now: a.Now}, Store: a.DB.Letters, Log: a.Log,
		Done: func(l letter.Letter, r letter.Result) {
			a.metrics.LetterDone(r.State)
			if l.Org != "" {
				a.Live.Publish(l.Org, live.Message{Topic: live.Letter, ID: l.ID})
			}
		},
	}, nil
}

// post returns how letters go, or nil where none are sent.
func (a *App) post(ctx context.Context) (letter.Post, error) {
	m := a.Config.Mail
	if m.URL == config.MailLog {
		a.Log.WarnContext(ctx, "letters are written to this log with their links: whoever reads it can sign in as others")
		return &letter.Log{Sender: m.Sender(), Log: a.Log}, nil
	}
	at, ok, err := m.Server()
	if err != nil || !ok {
		return nil, err
	}
	out, err := a.mailEgress()
	if err != nil {
		return nil, err
	}
	p := &letter.Mail{Server: smtp.Server{Host: at.Host, Port: at.Port, Security: smtp.StartTLS, Hello: a.Config.Hello()}, Sender: m.Sender(), Out: out, Timeout: m.Timeout}
	switch {
	case at.TLS:
		p.Server.Security = smtp.TLS
	case at.Local:
		p.Server.Security = smtp.None
	}
	if m.User != "" {
		p.Server.Login = &smtp.Login{Username: m.User, Password: m.Password.Reveal()}
	}
	return p, nil
}

// mailEgress is the way to the server's own mail server: it may stand where
// connections of people may not lead, as it is named by who runs the server. What
// no mail server is at, like a cloud's metadata service, it does not lead to either.
func (a *App) mailEgress() (*egress.Egress, error) {
	networks, err := a.Config.Networks()
	if err != nil {
		return nil, err
	}
	o := egress.Options{Allow: append(networks, a.Config.Mail.Networks()...)}
	if name := a.Config.Mail.CAFile; name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read mail.ca_file: %w", err)
		}
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(text) {
			return nil, errs.New(errs.Invalid, "mail.ca_file: there is no PEM certificate in %s", name)
		}
	}
	return egress.New(o), nil
}

// demoMail has a demo write to its sandbox's mailbox, where nothing else is said.
func demoMail(m config.Mail, mailbox, domain string) (config.Mail, error) {
	if m.URL != "" {
		return m, nil
	}
	u, err := url.Parse(mailbox)
	if err != nil || u.Host == "" {
		return m, errors.New("the sandbox has no mail server")
	}
	m.URL, m.From = "smtp://"+u.Host, "sallyport@"+domain
	return m, nil
}
