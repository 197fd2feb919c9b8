package rule

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
)

// oktaItem is a file of Okta's catalogue of detections and hunts
// (github.com/okta/customer-detections), as far as it says something to us.
type oktaItem struct {
	Title          string    `yaml:"title"`
	ID             string    `yaml:"id"`
	Description    string    `yaml:"description"`
	Author         yaml.Node `yaml:"author"`
	References     yaml.Node `yaml:"references"`
	Prevention     yaml.Node `yaml:"prevention"`
	FalsePositives yaml.Node `yaml:"false_positives"`
	Threat         struct {
		Tactic    yaml.Node `yaml:"Tactic"`
		Technique yaml.Node `yaml:"Technique"`
	} `yaml:"threat"`
	Detection yaml.Node `yaml:"detection"`
}

// catalogued reads a text as an item of Okta's catalogue. What makes it one is
// the detection: searches by the product that they are for.
func catalogued(text []byte) (oktaItem, bool) {
	var item oktaItem
	if len(text) > maxFile || !strings.Contains(string(text), "\ndetection:") {
		return item, false
	}
	if err := yaml.Unmarshal(text, &item); err != nil {
		return item, false
	}
	return item, field(&item.Detection, "okta_systemlog") != nil || field(&item.Detection, "splunk") != nil && field(&item.Detection, "condition") == nil
}

func field(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// addOkta makes a rule of an item. What Okta advises to prevent it is what one
// can do about it.
func (f *File) addOkta(item oktaItem, text string) {
	hunt := strings.HasPrefix(path.Base(f.Name), "hunt_")
	r := &Rule{
		ID: item.ID, Slug: slugOf(f.Name), Pack: f.Pack, File: f.Name, Line: 1, Title: item.Title, Description: strings.TrimSpace(item.Description),
		Author: strings.Join(texts(&item.Author), ", "), Category: "okta", Status: "stable", References: texts(&item.References), FalsePositives: texts(&item.FalsePositives),
		Response: texts(&item.Prevention), Tags: attackTags(texts(&item.Threat.Tactic), texts(&item.Threat.Technique)),
		Severity: Medium, Type: Detection, Language: OktaFilter, Product: Okta, Entity: DefaultEntity, Window: DefaultWindow, Enabled: !hunt, Text: text,
	}
	if hunt {
		r.Category, r.Severity = "hunt", Low
	}
	log := field(&item.Detection, "okta_systemlog")
	if log == nil {
		f.problem(item.Detection.Line, "detection", "there is only a search for Splunk, which counts or joins; write it as a correlation")
		return
	}
	var either detect.Or
	for _, engine := range []string{"OIE", "Classic"} {
		filter := field(log, engine)
		if filter == nil {
			continue
		}
		e, err := oktafilter.Parse(strings.TrimSpace(filter.Value))
		if err != nil {
			f.problem(filter.Line, "detection.okta_systemlog."+engine, "%s", err)
			return
		}
		either = append(either, e)
	}
	switch len(either) {
	case 0:
		f.problem(log.Line, "detection.okta_systemlog", "a filter is wanted for OIE, Classic or both")
		return
	case 1:
		r.Expr = either[0]
	default:
		r.Expr = either
	}
	f.Rules = append(f.Rules, r)
}

// texts returns the texts of a list; a map in it counts as "key: value", which
// is how a colon in a plain text is read.
func texts(n *yaml.Node) []string {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.ShortTag() != "!!null" && strings.TrimSpace(n.Value) != "" {
			return []string{strings.TrimSpace(n.Value)}
		}
	case yaml.SequenceNode:
		var list []string
		for _, e := range n.Content {
			list = append(list, texts(e)...)
		}
		return list
	case yaml.MappingNode:
		var list []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			list = append(list, fmt.Sprintf("%s: %s", n.Content[i].Value, n.Content[i+1].Value))
		}
		return list
	case yaml.DocumentNode, yaml.AliasNode:
	}
	return nil
}

var (
	techniqueID     = regexp.MustCompile(`^T\d{4}(\.\d{3})?`)
	groupOrSoftware = regexp.MustCompile(`^[gs]\d{4}$`)
)

// attackTags writes tactics and techniques the way Sigma's tags do.
func attackTags(tactics, techniques []string) []string {
	var tags []string
	for _, t := range tactics {
		tags = append(tags, "attack."+strings.ReplaceAll(strings.ToLower(t), " ", "-"))
	}
	for _, t := range techniques {
		if id := techniqueID.FindString(t); id != "" {
			tags = append(tags, "attack."+strings.ToLower(id))
		}
	}
	return tags
}
