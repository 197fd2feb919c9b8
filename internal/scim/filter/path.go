package filter

import "strings"

// path reads a path; where brackets are allowed, with the filter and the
// sub-attribute after them.
func (p *parser) path(brackets bool) (Path, error) {
	if p.tok.kind != word {
		return Path{}, wrong(p.tok.pos, "%s where the name of an attribute should stand", p.found())
	}
	path, err := splitName(p.tok)
	if err != nil {
		return Path{}, err
	}
	stop := p.tok.stop
	if err := p.advance(); err != nil {
		return Path{}, err
	}
	if !p.isSymbol("[") {
		return path, nil
	}
	if !brackets || path.Sub != "" || p.tok.pos != stop {
		return Path{}, wrong(p.tok.pos, "a [ that follows no attribute")
	}
	if path.Filter, err = p.bracket(); err != nil {
		return Path{}, err
	}
	path.Sub, err = p.sub()
	return path, err
}

// bracket reads the filter of a value path.
func (p *parser) bracket() (Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	p.inside = true
	e, err := p.or()
	p.inside = false
	if err != nil {
		return nil, err
	}
	if !p.isSymbol("]") {
		return nil, wrong(p.tok.pos, "%s where and, or or ] should stand", p.found())
	}
	return e, nil
}

// sub reads .name right behind a ], if it is there.
func (p *parser) sub() (string, error) {
	stop := p.tok.stop
	if err := p.advance(); err != nil {
		return "", err
	}
	if p.tok.kind != word || p.tok.pos != stop {
		return "", nil
	}
	name, ok := strings.CutPrefix(p.tok.text, ".")
	if !ok || !isName(name) {
		return "", wrong(p.tok.pos, "%s where .sub-attribute may stand", p.found())
	}
	return name, p.advance()
}

// splitName cuts urn:…:attr.sub. A URN may hold dots; its last colon ends it.
func splitName(t token) (Path, error) {
	var path Path
	rest := t.text
	if len(rest) > 4 && strings.EqualFold(rest[:4], "urn:") {
		i := strings.LastIndexByte(rest, ':')
		path.URN, rest = rest[:i], rest[i+1:]
		if !isURN(path.URN) {
			return Path{}, wrong(t.pos, "%.80q is no name of an attribute", t.text)
		}
	}
	attr, sub, dotted := strings.Cut(rest, ".")
	if !isName(attr) || dotted && !isName(sub) {
		return Path{}, wrong(t.pos, "%.80q is no name of an attribute", t.text)
	}
	path.Attr, path.Sub = attr, sub
	return path, nil
}

// isName reports whether s is an attribute's name: a letter or $, then letters,
// digits, - and _ (RFC 7643 section 2.1).
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '$' && i == 0
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '_') {
			return false
		}
	}
	return s != "" && s != "$"
}

// isURN reports whether s is a URN that is long enough to name a schema.
func isURN(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) > len("urn:")
}
