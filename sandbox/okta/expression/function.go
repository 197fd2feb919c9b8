package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

type impl func(env *Env, args []any) (any, error)

// arity is how many arguments a function takes; max -1 is any number.
type arity struct{ min, max int }

// known returns the arity of a function.
func known(name string) (arity, bool) {
	switch name {
	case "String.len", "String.toLowerCase", "String.toUpperCase", "String.removeSpaces", "Arrays.isEmpty", "Arrays.size",
		"isMemberOfGroup", "isMemberOfGroupName", "isMemberOfGroupNameStartsWith", "isMemberOfGroupNameContains", "isMemberOfGroupNameRegex":
		return arity{1, 1}, true
	case "String.startsWith", "String.endsWith", "String.stringContains", "String.substringBefore", "String.substringAfter",
		"String.append", "Arrays.contains", "String.equalsIgnoreCase":
		return arity{2, 2}, true
	case "String.substring", "String.replace":
		return arity{3, 3}, true
	case "isMemberOfAnyGroup":
		return arity{1, -1}, true
	}
	return arity{}, false
}

// function returns the implementation of a name that known accepts.
func function(name string) impl {
	switch name {
	case "Arrays.contains", "Arrays.isEmpty", "Arrays.size":
		return func(_ *Env, args []any) (any, error) { return arrays(name, args) }
	}
	if rest, ok := strings.CutPrefix(name, "String."); ok {
		return func(_ *Env, args []any) (any, error) { return texts(rest, args) }
	}
	return func(env *Env, args []any) (any, error) { return membership(env, name, args) }
}

func arrays(name string, args []any) (any, error) {
	items, ok := args[0].([]any)
	if !ok && args[0] != nil {
		return nil, fmt.Errorf("%s needs an array", name)
	}
	switch name {
	case "Arrays.contains":
		return slices.ContainsFunc(items, func(v any) bool { return same(v, args[1]) }), nil
	case "Arrays.isEmpty":
		return len(items) == 0, nil
	default:
		return float64(len(items)), nil
	}
}

// texts runs the String functions. Null in is null out, or false where the
// function answers a question.
func texts(name string, args []any) (any, error) {
	s := make([]string, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case string:
			s[i] = v
		case nil:
			switch name {
			case "startsWith", "endsWith", "stringContains", "equalsIgnoreCase":
				return false, nil
			}
			return nil, nil
		case float64:
			if name != "substring" {
				return nil, fmt.Errorf("function String.%s needs texts", name)
			}
		default:
			return nil, fmt.Errorf("function String.%s needs texts", name)
		}
	}
	switch name {
	case "startsWith":
		return strings.HasPrefix(s[0], s[1]), nil
	case "endsWith":
		return strings.HasSuffix(s[0], s[1]), nil
	case "stringContains":
		return strings.Contains(s[0], s[1]), nil
	case "equalsIgnoreCase":
		return strings.EqualFold(s[0], s[1]), nil
	case "substring":
		return substring(s[0], args[1], args[2])
	default:
		return shape(name, s), nil
	}
}

// shape runs the functions that turn texts into a text or a length.
func shape(name string, s []string) any {
	switch name {
	case "toLowerCase":
		return strings.ToLower(s[0])
	case "toUpperCase":
		return strings.ToUpper(s[0])
	case "removeSpaces":
		return strings.ReplaceAll(s[0], " ", "")
	case "len":
		return float64(len([]rune(s[0])))
	case "append":
		return s[0] + s[1]
	case "replace":
		return strings.ReplaceAll(s[0], s[1], s[2])
	case "substringBefore":
		before, _, _ := strings.Cut(s[0], s[1])
		return before
	default: // substringAfter
		_, after, _ := strings.Cut(s[0], s[1])
		return after
	}
}

func substring(s string, from, to any) (any, error) {
	start, ok1 := from.(float64)
	stop, ok2 := to.(float64)
	r := []rune(s)
	if !ok1 || !ok2 || start < 0 || start > stop {
		return nil, fmt.Errorf("function String.substring needs two positions in order")
	}
	n := float64(len(r)) // cut before converting: a float can be larger than any int
	return string(r[int(min(start, n)):int(min(stop, n))]), nil
}

func membership(env *Env, name string, args []any) (any, error) {
	var holds func(g Group, arg string) bool
	switch name {
	case "isMemberOfGroup", "isMemberOfAnyGroup":
		holds = func(g Group, arg string) bool { return g.ID == arg }
	case "isMemberOfGroupName":
		holds = func(g Group, arg string) bool { return g.Name == arg }
	case "isMemberOfGroupNameStartsWith":
		holds = func(g Group, arg string) bool { return strings.HasPrefix(g.Name, arg) }
	case "isMemberOfGroupNameContains":
		holds = func(g Group, arg string) bool { return strings.Contains(g.Name, arg) }
	default:
		pattern, ok := args[0].(string)
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if !ok || err != nil {
			return nil, fmt.Errorf("%s needs a regular expression", name)
		}
		holds = func(g Group, _ string) bool { return re.MatchString(g.Name) }
	}
	groups := env.Groups()
	for _, a := range args {
		arg, ok := a.(string)
		if !ok {
			return nil, fmt.Errorf("%s needs texts", name)
		}
		if slices.ContainsFunc(groups, func(g Group) bool { return holds(g, arg) }) {
			return true, nil
		}
	}
	return false, nil
}
