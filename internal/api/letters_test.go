package api

import (
	"log/slog"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sallyport/internal/egress"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/smtp"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// withMail has a server send letters by a post.
func withMail(post letter.Post) func(*Deps) {
	return func(d *Deps) {
		d.Letters = &letter.Sender{
			Office: &letter.Office{Post: post, Keys: d.Keys, Server: d.BaseURL, Now: d.Now}, Store: d.DB.Letters, Log: d.Log,
		}
	}
}

// closed is a mail server that is not there.
func closed() letter.Post {
	return &letter.Mail{
		Server: smtp.Server{Host: "127.0.0.1", Port: 1, Security: smtp.None, Hello: "localhost"}, Sender: netmail.Address{Name: "Sallyport", Address: "s@acme.example"},
		Out: egress.New(egress.Options{}), Timeout: time.Second,
	}
}

// write keeps a letter of acme's.
func (b *bench) write(to string) letter.Letter {
	b.t.Helper()
	l, err := b.deps.Letters.Office.Write(letter.Message{Kind: letter.Invite, Org: b.acme.ID, To: to, About: "Acme", Link: "https://x.example/welcome#one-time-token", For: time.Hour})
	if err == nil {
		err = b.db.Letters.Add(b.t.Context(), l)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return l
}

// Administrators see to whom was written and what came of it, and never what a
// letter says.
func TestLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db, withMail(closed()))
		c := b.admin()
		l := b.write("new@acme.example")
		b.write("other@acme.example")
		if _, err := b.deps.Letters.Work(t.Context(), l.ID); err != nil {
			t.Fatal(err)
		}
		_, raw := c.send("GET", "/api/v1/letters", "", nil)
		if text := string(raw); strings.Contains(text, "one-time-token") || strings.Contains(text, "sealed") || !strings.Contains(text, "new@acme.example") {
			t.Errorf("the list is %s", text)
		}
		got := items(c.get("/api/v1/letters?state=queued&limit=1", 200))
		if len(got) != 1 || got[0].Text("to") != "other@acme.example" || got[0].Text("error") != "" {
			t.Errorf("the newest is %v", got)
		}
		next := c.get("/api/v1/letters?limit=1", 200).Text("next")
		got = items(c.get("/api/v1/letters?limit=1&cursor="+next, 200))
		if len(got) != 1 || got[0].Text("id") != l.ID || got[0].At("attempts") != 1.0 || !strings.Contains(got[0].Text("error"), "does not answer") || got[0].Text("nextAt") == "" {
			t.Errorf("the next is %v", got)
		}
		mail := c.get("/api/v1/mail", 200)
		if mail.Text("state") != "down" || mail.Text("server") != "smtp://127.0.0.1:1" || mail.Text("error") == "" || mail.At("queued") != 2.0 {
			t.Errorf("mail is %v", mail)
		}
		if down := at(c.get("/api/v1/overview", 200), "needs.mailDown"); down != true {
			t.Errorf("down on the overview: %v", down)
		}
		if test := c.post("/api/v1/mail/test", nil, 200); test.At("ok") != false || test.Text("to") != "ada@acme.example" || test.Text("message") == "" {
			t.Errorf("the test says %v", test)
		}
		if again := c.post("/api/v1/letters/"+l.ID+"/retry", nil, 200); again.Text("state") != "queued" || again.At("attempts") != 0.0 {
			t.Errorf("tried again it is %v", again)
		}
		b.deps.Letters.Office.Post = &letter.Log{Log: slog.New(slog.DiscardHandler)}
		if _, err := b.deps.Letters.Work(t.Context(), l.ID); err != nil {
			t.Fatal(err)
		}
		c.post("/api/v1/letters/"+l.ID+"/retry", nil, 409) // it was sent
		if mail := c.get("/api/v1/mail", 200); mail.Text("state") != "ok" || mail.Text("server") != "log" {
			t.Errorf("mail is %v", mail)
		}
		b.as(b.acme, "vic@acme.example", portal.Analyst).post("/api/v1/mail/test", nil, 403)
	})
}

// A server without mail says so, and what to do.
func TestNoMail(t *testing.T) {
	for name, change := range map[string]func(*Deps){"none": func(*Deps) {}, "none configured": withMail(nil)} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, change)
			c := b.admin()
			if mail := c.get("/api/v1/mail", 200); mail.At("configured") != false || mail.Text("state") != "none" || !strings.Contains(mail.Text("error"), "mail.url") {
				t.Errorf("mail is %v", mail)
			}
			if e := failure(c.post("/api/v1/mail/test", nil, 503)); !strings.Contains(e.Text("message"), "mail.url") {
				t.Errorf("the test says %v", e)
			}
		})
	}
}

// Links of letters lead to pages that the console has.
func TestLinksOfLettersLeadToPagesOfTheConsole(t *testing.T) {
	pages, err := os.ReadFile("../../web/src/router.tsx")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../portal/*.go")
	if err != nil {
		t.Fatal(err)
	}
	led := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`Server ?\+ ?"(/[a-z/]*[a-z])#?"`).FindAllSubmatch(text, -1) {
			led++
			if !regexp.MustCompile(`(path: |at\()"` + string(m[1]) + `"`).Match(pages) {
				t.Errorf("%s leads to %s, where the console has no page", filepath.Base(f), m[1])
			}
		}
	}
	if led < 4 {
		t.Errorf("only %d links were found", led)
	}
}
