package okta

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed furniture
var furnitureFiles embed.FS

// furniture is what an org is made with beside people, groups and apps. Its file
// names objects by what they are called: "$group:Everyone" is the id of that
// group, "$days:-30" the time a month ago; see [seeder.word]. A key that begins
// with "@" is a list that belongs to the object.
type furniture struct {
	Shelves map[string][]map[string]any `yaml:"shelves"` // by path of the list
	Singles map[string]map[string]any   `yaml:"singles"` // by path
}

func readFurniture(name string) (furniture, error) {
	b, err := furnitureFiles.ReadFile("furniture/" + name + ".yaml")
	if err != nil {
		return furniture{}, fmt.Errorf("read what an org is made with: %w", err)
	}
	return parseFurniture(b)
}

func parseFurniture(b []byte) (furniture, error) {
	var f furniture
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && err != io.EOF { //nolint:errorlint // the decoder returns it as it is
		return furniture{}, fmt.Errorf("read what an org is made with: %w", err)
	}
	return f, nil
}

// furnish puts the furniture of a file into the org: an object that is there by
// the same name makes room for it.
func (s *seeder) furnish(name string) error {
	f, err := readFurniture(name)
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(f.Shelves)) {
		if err := s.stock(path, "", f.Shelves[path]); err != nil {
			return fmt.Errorf("furnish an org with %s: %w", name, err)
		}
	}
	for path, body := range f.Singles {
		known := slices.ContainsFunc(singles(), func(x single) bool { return x.path == path })
		if !known {
			return fmt.Errorf("furnish an org with %s: there is no setting %s", name, path)
		}
		v, err := s.words(body)
		if err != nil {
			return fmt.Errorf("furnish an org with %s: %w", name, err)
		}
		s.single[path] = v.(map[string]any)
	}
	return nil
}

// shelfOf returns the shelf of a list, whose path has ids where that of the
// shelf has braces.
func shelfOf(list string) (shelf, bool) {
	parts := strings.Split(list, "/")
	for _, s := range shelves() {
		of := strings.Split(s.path, "/")
		if len(of) == len(parts) && samePath(of, parts) {
			return s, true
		}
	}
	return shelf{}, false
}

// samePath says whether the parts of a path are those of a pattern.
func samePath(pattern, parts []string) bool {
	for i, part := range pattern {
		if part != parts[i] && !strings.HasPrefix(part, "{") {
			return false
		}
	}
	return true
}

// stock puts objects onto the shelf of a list. What belongs to one of them is
// named after it.
func (s *seeder) stock(list, of string, objects []map[string]any) error {
	list, err := s.pathWords(list)
	if err != nil {
		return err
	}
	x, found := shelfOf(list)
	if !found {
		return fmt.Errorf("there is no list %s", list)
	}
	for i, object := range objects {
		v, err := s.words(object)
		if err != nil {
			return err
		}
		body := v.(map[string]any)
		t := &thing{id: s.nameOf(x, of, body), list: list, body: body}
		parts := map[string][]map[string]any{}
		for key := range maps.Clone(body) {
			if part, isPart := strings.CutPrefix(key, "@"); isPart {
				for _, p := range object[key].([]any) {
					parts[part] = append(parts[part], p.(map[string]any))
				}
				delete(body, key)
			}
		}
		s.complete(x, t, i)
		if was, had := s.things.get(list, t.id); had {
			s.things.remove(was)
		}
		s.things.add(t)
		for _, part := range slices.Sorted(maps.Keys(parts)) {
			if err := s.stock(list+"/"+t.id+"/"+part, t.id, parts[part]); err != nil {
				return err
			}
		}
	}
	return nil
}

// nameOf returns the id of an object: the one it has, or one that is made of
// what it is called and belongs to.
func (s *seeder) nameOf(x shelf, of string, body map[string]any) string {
	if x.kind == "LinkedObject" {
		primary, _ := body["primary"].(map[string]any)
		return fmt.Sprint(primary["name"])
	}
	if id, has := body[cmp.Or(x.id, "id")].(string); has {
		return id
	}
	name := fmt.Sprint(cmp.Or[any](body["name"], body["label"], body["domain"], body["language"], body["principalId"]))
	if profile, has := body["profile"].(map[string]any); has {
		name = fmt.Sprint(profile["name"])
	}
	if kind, isText := body["type"].(string); isText && x.path == policiesPath {
		name = kind + "/" + name
	}
	if of != "" {
		name = of + "/" + name
	}
	return fixedID(x.prefix, s.orgID+"/"+name)
}

// complete adds what an object does not say of itself.
func (s *seeder) complete(x shelf, t *thing, place int) {
	put := func(name string, v any) {
		if _, has := t.body[name]; !has {
			t.body[name] = v
		}
	}
	if x.id != "-" {
		put(cmp.Or(x.id, "id"), t.id)
	}
	for _, name := range x.timeFields() {
		put(name, stampText(s.start))
	}
	if x.can("switch") {
		put("status", "ACTIVE")
	}
	if x.kind != "Policy" && x.kind != "PolicyRule" {
		return
	}
	put("priority", place+1)
	put("system", false)
	put("conditions", nil)
	kind := "RESOURCE_ACCESS"
	if x.kind == "Policy" {
		put("description", t.name())
		kind = "OAUTH_AUTHORIZATION_POLICY"
	} else if id, isRule := strings.CutPrefix(strings.TrimSuffix(t.list, "/rules"), policiesPath+"/"); isRule {
		of, _ := s.things.get(policiesPath, id)
		kind = map[bool]string{true: "SIGN_ON", false: of.text("type")}[of.text("type") == "OKTA_SIGN_ON"]
	}
	put("type", kind)
}

// words resolves the names in a value.
func (s *seeder) words(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "$") && !strings.HasPrefix(v, "${") {
			return s.word(v)
		}
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			y, err := s.words(x)
			if err != nil {
				return nil, err
			}
			out[i] = y
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			y, err := s.words(x)
			if err != nil {
				return nil, err
			}
			out[k] = y
		}
		return out, nil
	}
	return v, nil
}

// pathWords resolves the names in a path, where a name stands for a whole part.
func (s *seeder) pathWords(path string) (string, error) {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		v, err := s.words(part)
		if err != nil {
			return "", err
		}
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, "/"), nil
}

// word resolves one name.
func (s *seeder) word(text string) (any, error) {
	kind, name, _ := strings.Cut(text[1:], ":")
	lost := fmt.Errorf("there is no %s", text)
	switch kind {
	case "user", "group", "app", "brand":
		if id := s.idOf(kind, name); id != "" {
			return id, nil
		}
	case "days", "ms":
		n, err := strconv.ParseFloat(name, 64)
		at := s.end.Add(time.Duration(n * 24 * float64(time.Hour)))
		if err == nil && kind == "ms" {
			return at.UnixMilli(), nil
		}
		if err == nil {
			return stampText(at), nil
		}
	case "id":
		return s.ownID(name, lost)
	default:
		if prefix := prefixOf(kind); prefix != "" {
			return fixedID(prefix, s.orgID+"/"+name), nil
		}
	}
	return nil, lost
}

// idOf returns the id of somebody or something by the name of it, empty when
// there is none.
func (s *seeder) idOf(kind, name string) string {
	switch kind {
	case "user":
		if u, found := s.dir.find(name + "@" + s.domain + ".example"); found {
			return u.id
		}
	case "group":
		for _, g := range s.dir.groups.items {
			if g.name() == name {
				return g.id
			}
		}
	case "app":
		for _, a := range s.apps.all.items {
			if a.label == name {
				return a.id
			}
		}
	case "brand":
		for _, b := range s.brands.items {
			if b.byDefault == (name == "default") {
				return b.id
			}
		}
	}
	return ""
}

// prefixOf returns the prefix of the ids of what the furniture names.
func prefixOf(kind string) string {
	switch kind {
	case "zone":
		return "nzo"
	case "idp":
		return "0oa"
	case "policy":
		return "00p"
	case "behavior":
		return "beh"
	case "pool":
		return "0oa"
	case "server":
		return "aus"
	case "assurance":
		return "dae"
	}
	return ""
}

// ownID returns an id that the org has of itself.
func (s *seeder) ownID(name string, lost error) (any, error) {
	switch name {
	case "org":
		return s.orgID, nil
	case "realm":
		return s.realmID, nil
	case "userType":
		return s.userTypeID, nil
	case "accessPolicy":
		return s.accessPolicy, nil
	case "enrollmentPolicy":
		return s.enrollmentPolicy, nil
	case "domain":
		return s.domain + ".example", nil
	case "kid":
		return s.signingKID, nil
	}
	return nil, lost
}
