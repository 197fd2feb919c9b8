package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	_ "embed"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed page.html
var pageText string

// file is the name of a page in the site.
func (p page) file() string {
	name := strings.TrimPrefix(strings.TrimSuffix(p.name, ".md"), "../")
	return strings.ToLower(strings.ReplaceAll(name, "/", "-")) + ".html"
}

// render makes HTML of a page, with links to other pages of the site.
func (p *page) render(known map[string]string) error {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	ctx := parser.NewContext(parser.WithIDs(&ids{}))
	doc := md.Parser().Parse(text.NewReader(p.text), parser.WithContext(ctx))
	var plain strings.Builder
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id, _ := n.AttributeString("id")
			b, _ := id.([]byte)
			p.heads = append(p.heads, head{ID: string(b), Text: words(n, p.text), Level: n.Level})
			if p.title == "" {
				p.title = words(n, p.text)
			}
		case *ast.Link:
			n.Destination = []byte(p.link(string(n.Destination), known))
		case *ast.Image:
			n.Destination = []byte(path.Base(string(n.Destination)))
		case *ast.Text:
			plain.Write(n.Segment.Value(p.text))
			plain.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, p.text, doc); err != nil {
		return err
	}
	p.html, p.plain = out.String(), strings.Join(strings.Fields(plain.String()), " ")
	return nil
}

// words is the text of a node.
func words(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// link leads to a page of the site where there is one for what it names; what is only
// in the source is named by its path there.
func (p *page) link(to string, known map[string]string) string {
	if strings.Contains(to, "://") || strings.HasPrefix(to, "#") || strings.HasPrefix(to, "mailto:") {
		return to
	}
	name, anchor, has := strings.Cut(to, "#")
	at := path.Join(path.Dir(p.name), name)
	if file, ok := known[at]; ok {
		if has {
			return file + "#" + anchor
		}
		return file
	}
	return to
}

// ids gives headings the ids that forges of code give them, by which guides link.
type ids struct{ used map[string]int }

var notInID = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// Generate implements [parser.IDs].
func (i *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	id := strings.ReplaceAll(notInID.ReplaceAllString(strings.ToLower(strings.TrimSpace(string(value))), ""), " ", "-")
	if i.used == nil {
		i.used = map[string]int{}
	}
	n := i.used[id]
	i.used[id]++
	if n > 0 {
		id = fmt.Sprintf("%s-%d", id, n)
	}
	return []byte(id)
}

// Put implements [parser.IDs].
func (i *ids) Put([]byte) {}

// write renders the pages and writes the site.
func write(root, out string, pages []page) error {
	known := map[string]string{"../README.md": "index.html", "adr": "adr-0001-one-transaction-a-batch.html"}
	for _, p := range pages {
		known[p.name] = p.file()
	}
	for i := range pages {
		if err := pages[i].render(known); err != nil {
			return fmt.Errorf("%s: %w", pages[i].name, err)
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	nav := navigation(pages)
	for _, p := range pages {
		if err := p.write(out, p.file(), t, nav); err != nil {
			return err
		}
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return err
	}
	home := page{name: "../README.md", text: readme}
	if err := home.render(known); err != nil {
		return err
	}
	if err := home.write(out, "index.html", t, nav); err != nil {
		return err
	}
	if err := images(root, out); err != nil {
		return err
	}
	return index(out, pages)
}

type navPart struct {
	Title string
	Links []navLink
}

type navLink struct{ File, Title string }

func navigation(pages []page) []navPart {
	var out []navPart
	for _, p := range pages {
		i := slices.IndexFunc(out, func(n navPart) bool { return n.Title == p.section })
		if i < 0 {
			out, i = append(out, navPart{Title: p.section}), len(out)
		}
		out[i].Links = append(out[i].Links, navLink{p.file(), p.title})
	}
	return out
}

func (p page) write(out, name string, t *template.Template, nav []navPart) error {
	var b bytes.Buffer
	err := t.Execute(&b, map[string]any{"Title": p.title, "Body": template.HTML(p.html), "Nav": nav, "File": name, "Heads": p.heads, "Section": p.section}) //nolint:gosec // it is ours
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name), b.Bytes(), 0o644)
}

// images copies the pictures of the guides, and those that the browser tests made.
func images(root, out string) error {
	for _, glob := range []string{"docs/images/*", "e2e/shots/*desk-light.png"} {
		files, err := filepath.Glob(filepath.Join(root, glob))
		if err != nil {
			return err
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(out, filepath.Base(f)), text, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// index writes what the search looks in.
func index(out string, pages []page) error {
	type entry struct {
		File  string `json:"f"`
		Title string `json:"t"`
		Heads []head `json:"h"`
		Text  string `json:"x"`
	}
	all := make([]entry, len(pages))
	for i, p := range pages {
		all[i] = entry{p.file(), p.title, p.heads, p.plain[:min(len(p.plain), 40_000)]}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "search.js"), append([]byte("const pages = "), append(text, ";\n"...)...), 0o644)
}
