package notify

import (
	"fmt"
	"html"
	"strings"

	"sallyport/internal/value"
)

func mailMessage(to []string, about []Subject) *value.Object {
	addresses := make([]any, len(to))
	for i, a := range to {
		addresses[i] = a
	}
	subject, texts, rows := digestTitle(len(about)), make([]string, len(about)), make([]string, len(about))
	if len(about) == 1 {
		subject = about[0].said().headline
		if who := about[0].said().who; who != "" {
			subject += " · " + who
		}
	}
	for i, s := range about {
		texts[i], rows[i] = s.plain(), mailPart(s)
	}
	shown := min(len(about), maxLines)
	text, page := strings.Join(texts[:shown], "\n\n"), strings.Join(rows[:shown], "<hr>\n")
	if more := rest(len(about)); more != "" {
		text, page = text+"\n\n"+more, page+"<p>"+html.EscapeString(more)+"</p>"
	}
	return value.Map("to", addresses, "subject", cut(oneLine(subject), maxSubject), "text", text, "html", "<div style=\"font-family:sans-serif\">\n"+page+"</div>")
}

// maxSubject bounds a subject, in characters.
const maxSubject = 200

// oneLine keeps what Okta says from being more than one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// mailPart is a subject as HTML: nothing in it that comes from outside means
// anything.
func mailPart(s Subject) string {
	w := s.said()
	var b strings.Builder
	fmt.Fprintf(&b, "<h3>%s</h3>\n<table>\n", html.EscapeString(w.headline))
	for _, row := range s.rows() {
		text := strings.ReplaceAll(html.EscapeString(row[1]), "\n", "<br>\n")
		fmt.Fprintf(&b, "<tr><td valign=\"top\"><b>%s</b></td><td>%s</td></tr>\n", row[0], text)
	}
	fmt.Fprintf(&b, "</table>\n<p><a href=\"%s\">%s</a></p>\n", html.EscapeString(s.Link), s.opens())
	return b.String()
}
