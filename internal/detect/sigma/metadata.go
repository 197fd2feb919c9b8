package sigma

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// metadata reads one top-level line that says something about the document.
func (r *reader) metadata(m *Meta, e entry) {
	switch e.name {
	case "title":
		if m.Title = r.text(e, e.name); utf8.RuneCountInString(m.Title) > 256 {
			r.fail(e.value, e.name, "a title has at most 256 characters; put the rest into description:")
		}
	case "id":
		m.ID = r.id(e.value, e.name, r.text(e, e.name))
	case "name":
		m.Name = r.text(e, e.name)
	case "description":
		m.Description = r.text(e, e.name)
	case "author":
		m.Author = strings.Join(r.texts(e, e.name), ", ")
	case "license":
		m.License = r.text(e, e.name)
	case "status":
		m.Status = r.oneOf(e, "stable", "test", "experimental", "deprecated", "unsupported")
	case "level":
		m.Level = r.oneOf(e, "informational", "low", "medium", "high", "critical")
	case "date":
		m.Date = r.date(e)
	case "modified":
		m.Modified = r.date(e)
	case "taxonomy":
		if t := r.text(e, e.name); t != "sigma" && len(r.options.Fields) == 0 {
			r.fail(e.value, e.name, `only the taxonomy sigma is known; give the paths of its fields to use another one`)
		}
	default:
		r.lists(m, e)
	}
}

// lists reads one top-level line that is a list, or none of Sigma's.
func (r *reader) lists(m *Meta, e entry) {
	switch e.name {
	case "references":
		m.References = r.texts(e, e.name)
	case "tags":
		m.Tags = r.tags(e)
	case "falsepositives":
		m.FalsePositives = r.texts(e, e.name)
	case "fields":
		m.Fields = r.texts(e, e.name)
	case "scope":
		m.Scope = r.texts(e, e.name)
	case "related":
		m.Related = r.related(e)
	default:
		m.Raw[e.name] = e.value
	}
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	dateForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	tagForm  = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)+$`)
)

func (r *reader) id(n *yaml.Node, path, id string) string {
	if id = strings.ToLower(id); !uuidForm.MatchString(id) {
		r.fail(n, path, `an id is a UUID, such as 1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11; make a new one and never change it`)
	}
	return id
}

func (r *reader) oneOf(e entry, words ...string) string {
	t := r.text(e, e.name)
	if !slices.Contains(words, t) {
		r.fail(e.value, e.name, "this is one of "+strings.Join(words, ", "))
	}
	return t
}

func (r *reader) date(e entry) string {
	// Sigma 1 had slashes.
	d := strings.ReplaceAll(r.text(e, e.name), "/", "-")
	if !dateForm.MatchString(d) {
		r.fail(e.value, e.name, "a date is written as 2026-01-31")
	}
	return d
}

func (r *reader) tags(e entry) []string {
	tags := r.texts(e, e.name)
	for _, tag := range tags {
		if !tagForm.MatchString(tag) {
			r.fail(e.value, e.name, "the tag "+tag+" is not of the form attack.t1621: lower-case letters, digits, - and _, with a dot after the namespace")
		}
	}
	return tags
}

func (r *reader) related(e entry) []Related {
	if e.value.Kind != yaml.SequenceNode {
		r.fail(e.value, e.name, "a list is wanted here, of id: and type:")
		return nil
	}
	var related []Related
	for _, n := range e.value.Content {
		var one Related
		for _, line := range r.entries(n, e.name) {
			switch line.name {
			case "id":
				one.ID = r.id(line.value, "related.id", r.text(line, "related.id"))
			case "type":
				line.name = "related.type"
				one.Type = r.oneOf(line, "derived", "obsolete", "obsoletes", "merged", "renamed", "similar", "correlation")
			default:
				r.fail(line.key, "related."+line.name, "only id and type are known here")
			}
		}
		if one.ID == "" || one.Type == "" {
			r.fail(n, e.name, "a related rule needs an id and a type")
		}
		related = append(related, one)
	}
	return related
}

func (r *reader) logSource(e entry) LogSource {
	var source LogSource
	for _, line := range r.entries(e.value, e.name) {
		path := join(e.name, line.name)
		switch line.name {
		case "category":
			source.Category = r.text(line, path)
		case "product":
			source.Product = r.text(line, path)
		case "service":
			source.Service = r.text(line, path)
		case "definition":
			source.Definition = r.text(line, path)
		}
	}
	return source
}
