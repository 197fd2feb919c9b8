package letter

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	"sync"
	"text/template"
	"time"
)

// words has a file for each kind, with its subject, what stands before and after
// the link, and what the link says; and the two frames around them.
//
//go:embed words
var words embed.FS

// said is a letter as it is read.
type said struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
}

// frame is what the frames are filled with.
type frame struct {
	Subject, Name, About, Link, Button, Life, Server string
	Before, After                                    []string // paragraphs
	Facts                                            []Fact
}

// templates are the words of every kind, and the page around them.
type templates struct {
	texts map[Kind]*template.Template
	page  *htmltemplate.Template
}

// parsed reads the words once: to read them costs more than to fill them in.
var parsed = sync.OnceValues(func() (t templates, err error) {
	t.texts = map[Kind]*template.Template{}
	for _, k := range Kinds() {
		if t.texts[k], err = template.ParseFS(words, "words/"+string(k)+".txt", "words/frame.txt"); err != nil {
			return t, fmt.Errorf("words of a letter of kind %q: %w", k, err)
		}
	}
	if t.page, err = htmltemplate.ParseFS(words, "words/frame.html"); err != nil {
		return t, fmt.Errorf("frame of a letter: %w", err)
	}
	return t, nil
})

// say puts a message in words. Server is the URL of this server.
func say(m Message, server string) (said, error) {
	f := frame{Name: plain(m.Name), About: plain(m.About), Link: m.Link, Life: life(m.For), Server: server}
	for _, fact := range m.Facts {
		f.Facts = append(f.Facts, Fact{plain(fact.Name), plain(fact.Value)})
	}
	all, err := parsed()
	if err != nil {
		return said{}, err
	}
	t, ok := all.texts[m.Kind]
	if !ok {
		return said{}, fmt.Errorf("there are no words for a letter of kind %q", m.Kind)
	}
	part := func(name string) string {
		var b strings.Builder
		if err == nil {
			err = t.ExecuteTemplate(&b, name, f)
		}
		return strings.TrimSpace(b.String())
	}
	f.Subject, f.Button = oneLine(part("subject")), part("button")
	f.Before, f.After = paragraphs(part("before")), paragraphs(part("after"))
	out := said{Subject: f.Subject, Text: part("frame") + "\n"}
	if err != nil {
		return said{}, fmt.Errorf("put a letter in words: %w", err)
	}
	var b bytes.Buffer
	if err := all.page.ExecuteTemplate(&b, "frame.html", f); err != nil {
		return said{}, fmt.Errorf("put a letter in words: %w", err)
	}
	out.HTML = b.String()
	return out, nil
}

func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// maxPlain bounds a name, in characters.
const maxPlain = 100

// plain takes out of what others named what would be more than a name: lines, and
// what mail readers make links of.
func plain(s string) string {
	s = strings.NewReplacer("://", " ", "/", " ", "\\", " ", "@", " at ").Replace(oneLine(s))
	if r := []rune(s); len(r) > maxPlain {
		s = string(r[:maxPlain]) + "…"
	}
	return s
}

// oneLine takes line breaks and other controls out.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if control(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))), " ")
}

// life says a span in words.
func life(d time.Duration) string {
	count := func(n time.Duration, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d >= 48*time.Hour:
		return count(d/(24*time.Hour), "day")
	case d >= time.Hour:
		return count(d/time.Hour, "hour")
	default:
		return count(max(1, d/time.Minute), "minute")
	}
}
