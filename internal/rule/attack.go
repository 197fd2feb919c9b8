package rule

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/content"
)

// Attack is the part of MITRE ATT&CK that rules here are about.
type Attack struct {
	Tactics    []Tactic          `yaml:"tactics"`
	Techniques []Technique       `yaml:"techniques"`
	Replaced   map[string]string `yaml:"replaced"` // what is called otherwise now
}

// Tactic is what an attacker is after.
type Tactic struct {
	ID   string `yaml:"id" json:"id"` // "credential-access"
	Name string `yaml:"name" json:"name"`
}

// Technique is how an attacker goes about it.
type Technique struct {
	ID      string   `yaml:"id" json:"id"` // "T1621"
	Name    string   `yaml:"name" json:"name"`
	Tactics []string `yaml:"tactics" json:"tactics"`
}

// LoadAttack returns the part of ATT&CK that is built in.
func LoadAttack() (*Attack, error) {
	var a Attack
	if err := readContent("attack.yaml", &a); err != nil {
		return nil, err
	}
	return &a, nil
}

// AlertType is a kind of alerts, which people choose by.
type AlertType struct {
	ID          string `yaml:"id" json:"id"`
	Title       string `yaml:"title" json:"title"`
	Category    string `yaml:"category" json:"category"`
	Description string `yaml:"description" json:"description"`
}

// AlertTypes returns the kinds of alerts that there are.
func AlertTypes() ([]AlertType, error) {
	var file struct {
		Types []AlertType `yaml:"types"`
	}
	err := readContent("types.yaml", &file)
	return file.Types, err
}

func readContent(name string, into any) error {
	text, err := fs.ReadFile(content.FS, path.Join(Folder, name))
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// EventTypes returns the event types of Okta's catalogue, in order.
func EventTypes() ([]string, error) {
	text, err := fs.ReadFile(content.FS, path.Join(Folder, "event_types.txt"))
	if err != nil {
		return nil, fmt.Errorf("read event types: %w", err)
	}
	return strings.Fields(string(text)), nil
}

// Technique returns a technique by its id, in any case.
func (a *Attack) Technique(id string) (Technique, bool) {
	i := slices.IndexFunc(a.Techniques, func(t Technique) bool { return strings.EqualFold(t.ID, id) })
	if i < 0 {
		return Technique{}, false
	}
	return a.Techniques[i], true
}

func (a *Attack) tactic(id string) bool {
	return slices.ContainsFunc(a.Tactics, func(t Tactic) bool { return t.ID == id })
}

// Techniques returns the ids of the techniques among a rule's tags: "T1621".
func (r *Rule) Techniques() []string {
	var ids []string
	for _, tag := range r.Tags {
		if id, ok := strings.CutPrefix(tag, "attack."); ok && techniqueID.MatchString(strings.ToUpper(id)) {
			ids = append(ids, strings.ToUpper(id))
		}
	}
	return ids
}

// Tactics returns the tactics among a rule's tags: "credential-access". Names of
// Sigma 1, with underscores, are understood.
func (r *Rule) Tactics() []string {
	var ids []string
	for _, tag := range r.Tags {
		id, ok := strings.CutPrefix(tag, "attack.")
		if ok && !techniqueID.MatchString(strings.ToUpper(id)) && !groupOrSoftware.MatchString(id) {
			ids = append(ids, strings.ReplaceAll(id, "_", "-"))
		}
	}
	return ids
}
