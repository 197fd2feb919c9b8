package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
	xrv "github.com/mattermost/xml-roundtrip-validator"
)

// limits bound what is read before anything is built of it. They are what
// keeps hostile input cheap: every later step is linear in elements, or in
// elements times namespaces in scope.
type limits struct {
	bytes      int
	depth      int
	elements   int
	attributes int  // of one element
	namespaces int  // declared along one path
	comments   bool // comments and processing instructions are dropped instead of refused
}

func messageLimits() limits {
	return limits{bytes: MaxMessage, depth: 24, elements: 4096, attributes: 24, namespaces: 16}
}

func metadataLimits() limits {
	return limits{bytes: MaxMetadata, depth: 24, elements: 20_000, attributes: 32, namespaces: 32, comments: true}
}

// readDocument returns the root of a document that passed every check that
// needs no knowledge of SAML.
func readDocument(raw []byte, l limits) (*etree.Element, error) {
	if len(raw) > l.bytes {
		return nil, refuse(CheckSize, "%d bytes, more than %d", len(raw), l.bytes)
	}
	if !utf8.Valid(raw) {
		return nil, refuse(CheckEncoding, "not UTF-8")
	}
	if err := scan(raw, l); err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	doc.ReadSettings.MaxDepth = l.depth + 1
	if err := doc.ReadFromBytes(raw); err != nil {
		return nil, refuse(CheckXML, "%v", err)
	}
	if doc.Root() == nil {
		return nil, refuse(CheckXML, "no element")
	}
	if l.comments {
		dropComments(doc.Root())
	}
	return doc.Root(), nil
}

// dropComments leaves what canonicalization would: text on both sides of a
// comment becomes one.
func dropComments(el *etree.Element) {
	for i, c := range slices.Backward(el.Child) {
		switch c := c.(type) {
		case *etree.Comment, *etree.ProcInst:
			el.RemoveChildAt(i)
		case *etree.Element:
			dropComments(c)
		}
	}
}

// scanner reads a document token by token, and stops at the first that is not
// wanted.
type scanner struct {
	limits
	open     []xml.Name // the elements that are open
	declared []int      // how many namespaces each of them declares
	scope    []xml.Attr // the namespaces in scope: prefix in Name.Local, innermost last
	elements int
	roots    int
	tokens   int
}

func scan(raw []byte, l limits) error {
	if !l.comments && bytes.Contains(raw, []byte("<![CDATA[")) {
		return refuse(CheckMarkup, "CDATA section")
	}
	s := scanner{limits: l}
	d := xml.NewDecoder(bytes.NewReader(raw)) //nolint:gosec // tokens are only looked at, nothing is made of them
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refuse(CheckXML, "%v", err)
		}
		if err := s.token(t); err != nil {
			return err
		}
		if err := roundTrip(t); err != nil {
			return err
		}
		s.tokens++
	}
	switch {
	case len(s.open) > 0:
		return refuse(CheckXML, "<%s> is not closed", s.open[len(s.open)-1].Local)
	case s.roots == 0:
		return refuse(CheckXML, "no element")
	}
	return nil
}

func (s *scanner) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		return s.end(t)
	case xml.CharData:
		if len(s.open) == 0 && len(bytes.Trim(t, " \t\r\n")) > 0 {
			return refuse(CheckTrailing, "text outside the root element")
		}
	case xml.Directive:
		return refuse(CheckDoctype, "<!%s>", firstWord(t))
	case xml.Comment:
		if !s.comments {
			return refuse(CheckMarkup, "comment")
		}
		return s.count()
	case xml.ProcInst:
		if s.tokens == 0 && t.Target == "xml" {
			return nil
		}
		if !s.comments || strings.EqualFold(t.Target, "xml") {
			return refuse(CheckMarkup, "processing instruction %q", t.Target)
		}
		return s.count()
	}
	return nil
}

// count takes one more of what costs time and memory.
func (s *scanner) count() error {
	if s.elements++; s.elements > s.limits.elements {
		return refuse(CheckComplexity, "more than %d elements", s.limits.elements)
	}
	return nil
}

// roundTrip checks that a token reads the same after it was written again. Each
// check costs some ten microseconds, so it is not made for what can be written in
// one way only.
func roundTrip(t xml.Token) error {
	if plain(t) {
		return nil
	}
	if err := xrv.CheckToken(t); err != nil {
		return refuse(CheckRoundTrip, "%v", err)
	}
	return nil
}

// plain reports whether a token is of such names and texts alone as are written as
// they are.
func plain(t xml.Token) bool {
	switch t := t.(type) {
	case xml.EndElement:
		return plainName(t.Name)
	case xml.StartElement:
		return plainName(t.Name) && !slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return !plainName(a.Name) || strings.ContainsFunc(a.Value, escaped) })
	case xml.CharData:
		return !bytes.ContainsFunc(t, escaped)
	}
	return false
}

func plainName(n xml.Name) bool { return (n.Space == "" || plainWord(n.Space)) && plainWord(n.Local) }

// plainWord reports whether a word is a name in XML of letters that ASCII has. One
// that begins with _ is not: as a prefix it is written otherwise by encoding/xml.
func plainWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// escaped reports what may not be written as it is.
func escaped(r rune) bool {
	return r != '\n' && r != '\t' && (r < ' ' || r > '~') || strings.ContainsRune(`<>&"'`, r)
}

func firstWord(b []byte) string {
	word, _, _ := strings.Cut(string(b), " ")
	return word
}

func (s *scanner) start(t xml.StartElement) error {
	if len(s.open) == 0 {
		s.roots++
	}
	if err := s.count(); err != nil {
		return err
	}
	switch {
	case s.roots > 1:
		return refuse(CheckTrailing, "a second root element <%s>", t.Name.Local)
	case len(s.open) >= s.depth:
		return refuse(CheckComplexity, "nested deeper than %d elements", s.depth)
	case len(t.Attr) > s.attributes:
		return refuse(CheckComplexity, "more than %d attributes on <%s>", s.attributes, t.Name.Local)
	}
	n, err := s.declare(t)
	if err != nil {
		return err
	}
	s.open, s.declared = append(s.open, t.Name), append(s.declared, n)
	return s.names(t)
}

func (s *scanner) end(t xml.EndElement) error {
	last := len(s.open) - 1
	if last < 0 || s.open[last] != t.Name {
		return refuse(CheckXML, "</%s> closes nothing", t.Name.Local)
	}
	s.scope = s.scope[:len(s.scope)-s.declared[last]]
	s.open, s.declared = s.open[:last], s.declared[:last]
	return nil
}

// declare takes up the namespaces that an element declares.
func (s *scanner) declare(t xml.StartElement) (n int, err error) {
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			s.scope = append(s.scope, xml.Attr{Value: a.Value})
		case a.Name.Space == "xmlns" && (a.Value == "" || a.Name.Local == "xml" || a.Name.Local == "xmlns"):
			return 0, refuse(CheckNamespace, "xmlns:%s=%q", a.Name.Local, a.Value)
		case a.Name.Space == "xmlns":
			s.scope = append(s.scope, xml.Attr{Name: xml.Name{Local: a.Name.Local}, Value: a.Value})
		default:
			continue
		}
		n++
	}
	if len(s.scope) > s.namespaces {
		return 0, refuse(CheckComplexity, "more than %d namespaces in scope", s.namespaces)
	}
	return n, nil
}

// names checks that every prefix is declared, and no attribute is there twice
// (not even under two prefixes of one namespace).
func (s *scanner) names(t xml.StartElement) error {
	if _, ok := s.resolve(t.Name.Space); !ok || t.Name.Space == "xmlns" || strings.Contains(t.Name.Local, ":") {
		return refuse(CheckNamespace, "element %s:%s", t.Name.Space, t.Name.Local)
	}
	for i, a := range t.Attr {
		uri, ok := s.attrSpace(a.Name)
		if !ok || strings.Contains(a.Name.Local, ":") || a.Name.Space != "" && a.Name.Local == "xmlns" {
			return refuse(CheckNamespace, "attribute %s:%s", a.Name.Space, a.Name.Local)
		}
		for _, b := range t.Attr[:i] {
			if b.Name.Local != a.Name.Local {
				continue
			}
			if other, _ := s.attrSpace(b.Name); other == uri {
				return refuse(CheckNamespace, "attribute %s twice on <%s>", a.Name.Local, t.Name.Local)
			}
		}
	}
	return nil
}

func (s *scanner) attrSpace(n xml.Name) (uri string, declared bool) {
	if n.Space == "" {
		return "", true
	}
	return s.resolve(n.Space)
}

func (s *scanner) resolve(prefix string) (uri string, declared bool) {
	for _, a := range slices.Backward(s.scope) {
		if a.Name.Local == prefix {
			return a.Value, true
		}
	}
	return prefix, prefix == "" || prefix == "xml" || prefix == "xmlns"
}
