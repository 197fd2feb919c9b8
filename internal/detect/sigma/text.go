package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
	"sallyport/internal/detect/regex"
)

// expanded is the text of a value with its placeholders filled in.
func (r *reader) expanded(n *yaml.Node, expand bool) ([]string, error) {
	text := n.Value
	switch n.ShortTag() {
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err == nil {
			text = fmt.Sprint(b)
		}
	case "!!str", "!!int", "!!float", "!!timestamp":
	default:
		return nil, fmt.Errorf("a value is a text, a number, true, false or null, and not %s", n.Tag)
	}
	texts, err := r.inBraces(text)
	if err != nil || !expand {
		return texts, err
	}
	var all []string
	for _, text := range texts {
		more, err := r.inPercents(text)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// inPercents fills in %name%; \% is a percent sign.
func (r *reader) inPercents(text string) ([]string, error) {
	all := []string{""}
	found := false
	for rest := text; rest != ""; {
		values := []string{rest[:1]}
		size := 1
		switch {
		case strings.HasPrefix(rest, `\%`):
			values, size = []string{"%"}, 2
		case rest[0] == '%':
			name, _, closed := strings.Cut(rest[1:], "%")
			if !closed || name == "" || strings.ContainsAny(name, " \\") {
				return nil, fmt.Errorf(`a placeholder is written as %%name%%, and a percent sign as \%%`)
			}
			if values = r.options.Placeholders[name]; len(values) == 0 {
				return nil, fmt.Errorf("the placeholder %%%s%% has no values; give it some, or take this line out", name)
			}
			size, found = len(name)+2, true
		}
		var grown []string
		for _, begun := range all {
			for _, v := range values {
				grown = append(grown, begun+v)
			}
		}
		if all, rest = grown, rest[size:]; len(all) > maxVariants {
			return nil, errVariants
		}
	}
	if !found {
		return nil, fmt.Errorf("there is no placeholder to expand in %q; write one as %%name%%", text)
	}
	return all, nil
}

var bracedName = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9_-]*)\}`)

// inBraces fills in {name} where a value is known, and remembers it where not.
func (r *reader) inBraces(text string) ([]string, error) {
	all := []string{""}
	last := 0
	for _, at := range bracedName.FindAllStringSubmatchIndex(text, -1) {
		name := text[at[2]:at[3]]
		values := r.options.Placeholders[name]
		if len(values) == 0 {
			values = []string{text[at[0]:at[1]]}
			if !slices.Contains(r.unfilled, name) {
				r.unfilled = append(r.unfilled, name)
			}
		}
		var grown []string
		for _, begun := range all {
			for _, v := range values {
				grown = append(grown, begun+text[last:at[0]]+v)
			}
		}
		if all, last = grown, at[1]; len(all) > maxVariants {
			return nil, errVariants
		}
	}
	for i := range all {
		all[i] += text[last:]
	}
	return all, nil
}

// expression compares with a regular expression.
func (r *reader) expression(c *comparisons, n *yaml.Node) error {
	texts := []string{n.Value}
	if c.mods.expand {
		var err error
		if texts, err = r.inPercents(n.Value); err != nil {
			return err
		}
	}
	for _, text := range texts {
		re, err := compile(text, c.mods.flags)
		if err != nil {
			return err
		}
		c.add(detect.Matches, detect.Value{Text: text, Regexp: re})
	}
	return nil
}

// compile reads a regular expression, and says what is not known here.
func compile(text, flags string) (regex.Regexp, error) {
	re, err := regex.Compile(text, flags)
	if err == nil {
		return re, nil
	}
	for _, lacks := range []struct{ form, name string }{
		{`\(\?<[=!]`, "look-behind such as (?<=…), (?<!…)"},
		{`\\[1-9]|\(\?P=|\\k`, `a back-reference such as \1`},
		{`\(\?>`, "an atomic group (?>…)"},
		{`[*+?}]\+`, "a possessive quantifier such as *+"},
		{`\(\?\(`, "a conditional group"},
	} {
		if regexp.MustCompile(lacks.form).MatchString(text) {
			return nil, fmt.Errorf("the regular expression has %s, which takes unbounded time and is not known here; "+
				"say it with a second search and \"and not\" in the condition", lacks.name)
		}
	}
	return nil, fmt.Errorf("this is no regular expression of RE2's syntax: %s",
		strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}
