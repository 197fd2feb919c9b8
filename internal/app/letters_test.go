package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/letter"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// A demo writes to its sandbox's mailbox, and its figures say so; the dashboard and
// the alert rules that come with it ask for figures that a server at work has.
func TestDemoMail(t *testing.T) {
	d := startDemo(t, storetest.Prepared(t))
	var out struct {
		OK          bool
		To, Message string
	}
	if status := d.call(http.MethodPost, d.is.API+"/mail/test", nil, &out); status != http.StatusOK || !out.OK {
		t.Fatalf("status %d, %+v", status, out)
	}
	var got []struct {
		From, Subject, Text, HTML string
		Headers                   map[string]string
	}
	d.get(d.is.Sandbox+"/_sandbox/mail?to="+out.To, &got)
	if len(got) != 1 || got[0].Subject != "A test of Sallyport's mail" || !strings.HasPrefix(got[0].From, "sallyport@") || !strings.Contains(got[0].HTML, "<p>Hello,</p>") || got[0].Headers["Auto-Submitted"] != "auto-generated" {
		t.Errorf("the mailbox has %+v", got)
	}
	resp, err := http.Get(strings.TrimSuffix(d.is.API, "/api/v1") + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	figures, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Contains(figures, []byte("sallyport_mail_up 1\n")) || !bytes.Contains(figures, []byte(`sallyport_letters_queued{tried="no"} 0`)) {
		t.Errorf("the figures are %s, %v", figures, err)
	}
	figuresAreThere(d)
}

// A letter that was queued while no server ran, or mail was not configured, goes
// out when one runs; secrets are sealed anew with the others.
func TestLettersWait(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		log := &buffer{}
		c := config.Default()
		c.DataDir, c.Database, c.Listen = t.TempDir(), secret.NewText(dsn), "127.0.0.1:0"
		core, err := app.OpenCore(t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.NewJSONHandler(log, nil)), Content: withRules(t)})
		if err != nil {
			t.Fatal(err)
		}
		office := &letter.Office{Post: &letter.Log{}, Keys: core.Keys, Server: "https://sallyport.example", Now: time.Now}
		l, err := office.Write(letter.Message{Kind: letter.Reset, Org: "o", To: "ada@acme.example", Link: "https://sallyport.example/reset#one-time-token", For: time.Hour})
		if err == nil {
			err = core.DB.Letters.Add(t.Context(), l)
		}
		if err != nil {
			t.Fatal(err)
		}
		if n, err := core.RotateSecrets(t.Context()); n != 1 || err != nil {
			t.Errorf("%d sealed anew, %v", n, err)
		}
		if err := core.Close(); err != nil {
			t.Fatal(err)
		}
		c.Mail.URL, c.Mail.From = config.MailLog, "sallyport@acme.example"
		a, err := app.New(t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.NewJSONHandler(log, nil)), Content: withRules(t)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}()
		end := time.Now().Add(20 * time.Second)
		for {
			sent, err := a.DB.Letters.List(t.Context(), "o", letter.Sent, store.Place{}, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(sent) == 1 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("it was not sent\n%s", log)
			}
			<-time.After(20 * time.Millisecond)
		}
		if !strings.Contains(log.String(), "one-time-token") {
			t.Errorf("the log does not have it: %s", log)
		}
	})
}
