package sigma

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
)

// conditions reads a condition, or a list of them, one of which must hold.
func (r *reader) conditions(e entry, at string, searches []search) detect.Expr {
	nodes := []*yaml.Node{e.value}
	if e.value.Kind == yaml.SequenceNode {
		nodes = e.value.Content
	}
	var parts detect.Or
	for _, n := range nodes {
		if n = r.resolved(n); n.Kind != yaml.ScalarNode || isNull(n) {
			r.fail(n, at, "a condition is a text, such as selection and not filter")
			continue
		}
		p := conditionParser{source: n.Value, searches: searches}
		x, err := p.all()
		if err != nil {
			r.fail(n, at, err.Error())
			continue
		}
		parts = append(parts, x)
	}
	switch len(parts) {
	case 0:
		if e.value.Kind == yaml.SequenceNode && len(nodes) == 0 {
			r.fail(e.value, at, "the list of conditions is empty")
		}
		return detect.Always(false)
	case 1:
		return parts[0]
	}
	return parts
}

// conditionParser reads a condition. From strong to weak: parentheses, "1 of",
// not, and, or.
type conditionParser struct {
	source   string
	pos      int
	word     string // "" at the end
	depth    int
	searches []search
}

func (p *conditionParser) next() error {
	rest := strings.TrimLeft(p.source[p.pos:], " \t\r\n")
	p.pos = len(p.source) - len(rest)
	if rest == "" {
		p.word = ""
		return nil
	}
	n := strings.IndexFunc(rest, func(c rune) bool { return !isNamed(c) })
	switch {
	case n < 0:
		n = len(rest)
	case n > 0:
	case rest[0] == '(' || rest[0] == ')':
		n = 1
	case rest[0] == '|':
		return errors.New("counting by | in a condition is gone with Sigma 1; write a second document with a correlation")
	default:
		return fmt.Errorf("%q does not fit at position %d; a condition has names of searches, and, or, not, 1 of, all of and parentheses", rest[:1], p.pos+1)
	}
	p.word = rest[:n]
	p.pos += n
	return nil
}

func isNamed(c rune) bool {
	return c == '_' || c == '-' || c == '*' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *conditionParser) is(word string) bool { return strings.EqualFold(p.word, word) }

func (p *conditionParser) all() (detect.Expr, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.word == "" {
		return nil, errors.New("the condition is empty; write one, such as selection")
	}
	x, err := p.either()
	if err == nil && p.word != "" {
		return nil, fmt.Errorf("%q does not fit after a whole condition; join searches by and, or", p.word)
	}
	return x, err
}

func (p *conditionParser) either() (detect.Expr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > 100 {
		return nil, errors.New("the condition is nested deeper than 100; take parentheses away")
	}
	parts, err := p.joined("or", func() (detect.Expr, error) {
		parts, err := p.joined("and", p.opposite)
		if err != nil || len(parts) == 1 {
			return first(parts), err
		}
		return detect.And(parts), nil
	})
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return detect.Or(parts), nil
}

func first(parts []detect.Expr) detect.Expr {
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

func (p *conditionParser) joined(word string, part func() (detect.Expr, error)) ([]detect.Expr, error) {
	var parts []detect.Expr
	for {
		x, err := part()
		if err != nil {
			return nil, err
		}
		if parts = append(parts, x); !p.is(word) {
			return parts, nil
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
}

func (p *conditionParser) opposite() (detect.Expr, error) {
	if !p.is("not") {
		return p.one()
	}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > 100 {
		return nil, errors.New("not stands here more than 100 times")
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	x, err := p.opposite()
	return detect.Not{Expr: x}, err
}

// one reads parentheses, a number of searches, or one search.
func (p *conditionParser) one() (detect.Expr, error) {
	word := p.word
	switch {
	case word == "(":
		return p.within()
	case word == "" || word == ")" || p.is("and") || p.is("or") || p.is("of") || p.is("them"):
		return nil, fmt.Errorf("%q stands where the name of a search is wanted", cmp(word, "the end"))
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.is("of") {
		return p.of(word)
	}
	for _, s := range p.searches {
		if s.name == word {
			return s.expr, nil
		}
	}
	if strings.Contains(word, "*") {
		return nil, fmt.Errorf("%q stands for several searches; say how many: 1 of %s, or all of %s", word, word, word)
	}
	return nil, fmt.Errorf("there is no search %q; there are %s", word, p.names())
}

func cmp(word, otherwise string) string {
	if word == "" {
		return otherwise
	}
	return word
}

func (p *conditionParser) names() string {
	var names []string
	for _, s := range p.searches {
		names = append(names, s.name)
	}
	return cmp(strings.Join(names, ", "), "none")
}

func (p *conditionParser) within() (detect.Expr, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	x, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.word != ")" {
		return nil, fmt.Errorf("%q stands where a ( is to be closed by )", cmp(p.word, "the end"))
	}
	return x, p.next()
}

// of reads what follows "1 of", "any of", "all of" or "3 of".
func (p *conditionParser) of(count string) (detect.Expr, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	name := p.word
	parts := p.matching(name)
	if len(parts) == 0 {
		return nil, fmt.Errorf("%s of %s: there is no such search; there are %s", count, cmp(name, "nothing"), p.names())
	}
	n, err := strconv.Atoi(count)
	switch strings.ToLower(count) {
	case "any":
		n = 1
	case "all":
		n = len(parts)
	default:
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of searches; write 1, all, or how many of them must hold", count)
		}
	}
	if n > len(parts) {
		return nil, fmt.Errorf("%d of %s can never hold, since there are %d", n, name, len(parts))
	}
	x, err := atLeast(n, parts)
	if err != nil {
		return nil, err
	}
	return x, p.next()
}

// matching are the searches of a pattern; those with an underscore before their
// name only if the pattern has it too.
func (p *conditionParser) matching(pattern string) []detect.Expr {
	if strings.EqualFold(pattern, "them") {
		pattern = "*"
	}
	var parts []detect.Expr
	for _, s := range p.searches {
		if strings.HasPrefix(s.name, "_") && !strings.HasPrefix(pattern, "_") {
			continue
		}
		if ok, err := path.Match(pattern, s.name); ok && err == nil {
			parts = append(parts, s.expr)
		}
	}
	return parts
}

// atLeast holds if n of the parts do: one of the ways to choose them.
func atLeast(n int, parts []detect.Expr) (detect.Expr, error) {
	switch {
	case len(parts) == 1:
		return parts[0], nil
	case n == len(parts):
		return detect.And(parts), nil
	case n == 1:
		return detect.Or(parts), nil
	}
	var ways detect.Or
	var choose func(from int, chosen detect.And) bool
	choose = func(from int, chosen detect.And) bool {
		if len(chosen) == n {
			ways = append(ways, chosen)
			return len(ways) <= 1000
		}
		for i := from; i <= len(parts)-(n-len(chosen)); i++ {
			if !choose(i+1, append(slices.Clip(chosen), parts[i])) {
				return false
			}
		}
		return true
	}
	if !choose(0, nil) {
		return nil, fmt.Errorf("there are more than 1000 ways to choose %d of %d searches; write fewer", n, len(parts))
	}
	return ways, nil
}
