package rule

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Copy returns the text of the rule's file for somebody to make it theirs: each
// rule in it has another id, and names the one that it is derived from, as Sigma
// has it. Everything else stays, comments among it. An item of Okta's catalogue
// becomes a rule of ours.
func (r *Rule) Copy(newID func() string) (string, error) {
	if item, ok := catalogued([]byte(r.Text)); ok {
		return r.rewritten(item, newID())
	}
	docs := docMark.Split(r.Text, -1)
	marks := docMark.FindAllString(r.Text, -1)
	fresh := map[string]string{} // ids, by those that they take the place of
	var names []string           // for replacing all at once
	for _, doc := range docs {
		if m := idLine.FindStringSubmatch(doc); m != nil && fresh[m[1]] == "" {
			fresh[m[1]] = newID()
			names = append(names, m[1], fresh[m[1]])
		}
	}
	renamed := strings.NewReplacer(names...)
	var out strings.Builder
	for i, doc := range docs {
		if i > 0 {
			out.WriteString(marks[i-1])
		}
		m := idLine.FindStringSubmatch(doc)
		doc = renamed.Replace(doc)
		if m != nil {
			doc = derived(doc, fresh[m[1]], m[1])
		}
		out.WriteString(doc)
	}
	return out.String(), nil
}

var (
	uuid        = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	docMark     = regexp.MustCompile(`(?m)^---[ \t]*\r?\n`)
	idLine      = regexp.MustCompile(`(?m)^id:[ \t]*['"]?([\w.-]+)['"]?[^\n]*$`)
	relatedFlow = regexp.MustCompile(`(?m)^related:[ \t]*\[`)
	relatedList = regexp.MustCompile(`(?m)^related:[^\S\n]*\n([ \t]*)-`)
)

// derived notes in a document what it comes from.
func derived(doc, id, from string) string {
	if at := relatedFlow.FindStringIndex(doc); at != nil {
		return fmt.Sprintf("%s{ id: %s, type: derived }, %s", doc[:at[1]], from, doc[at[1]:])
	}
	if at := relatedList.FindStringSubmatchIndex(doc); at != nil {
		indent := doc[at[2]:at[3]]
		return fmt.Sprintf("%s%s- id: %s\n%s  type: derived\n%s", doc[:at[2]], indent, from, indent, doc[at[2]:])
	}
	return idLine.ReplaceAllString(doc, fmt.Sprintf("id: %s\nrelated: [{ id: %s, type: derived }]", id, from))
}

// rewritten says what an item of Okta's catalogue says in our own form.
func (r *Rule) rewritten(item oktaItem, id string) (string, error) {
	var filters []string
	for _, engine := range []string{"OIE", "Classic"} {
		if filter := field(field(&item.Detection, "okta_systemlog"), engine); filter != nil {
			filters = append(filters, strings.Join(strings.Fields(filter.Value), " "))
		}
	}
	if len(filters) > 1 {
		filters = []string{"(" + strings.Join(filters, ") or (") + ")"}
	}
	type related struct {
		ID   string `yaml:"id"`
		Type string `yaml:"type"`
	}
	var from []related
	if uuid.MatchString(r.ID) { // Sigma takes no others
		from = append(from, related{r.ID, "derived"})
	}
	type ours struct {
		Entity   string   `yaml:"entity"`
		Response []string `yaml:"response,omitempty"`
		Filter   string   `yaml:"filter"`
	}
	out, err := yaml.Marshal(struct {
		Title          string            `yaml:"title"`
		ID             string            `yaml:"id"`
		Related        []related         `yaml:"related,omitempty"`
		Status         string            `yaml:"status"`
		Author         string            `yaml:"author,omitempty"`
		Description    string            `yaml:"description"`
		References     []string          `yaml:"references,omitempty"`
		Tags           []string          `yaml:"tags,omitempty"`
		LogSource      map[string]string `yaml:"logsource"`
		FalsePositives []string          `yaml:"falsepositives,omitempty"`
		Level          string            `yaml:"level"`
		Sallyport      ours              `yaml:"sallyport"`
	}{
		r.Title, id, from, r.Status, r.Author, r.Description, r.References, r.Tags,
		map[string]string{"product": "okta", "service": "okta"},
		r.FalsePositives, r.Severity.String(),
		ours{"actor, ip, org", r.Response, strings.Join(filters, "")},
	})
	if err != nil {
		return "", fmt.Errorf("write a copy of %s: %w", r.Slug, err)
	}
	return string(out), nil
}
