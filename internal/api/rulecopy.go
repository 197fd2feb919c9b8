package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"path"
	"regexp"
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/portal"
)

var _ = add("GET /api/v1/rules/{rule}/copy", portal.RulesRead, doc{
	Summary: "The file of a rule, for the organization to make it its own",
	Help:    "Its rules have new ids, and name those that they come from. Nothing is saved: POST it to /api/v1/rulefiles.",
}, copyRule)

// RuleCopy is the file of a rule as the organization's own would begin.
type RuleCopy struct {
	Slug  string `json:"slug" doc:"a name that is free"`
	Text  string `json:"text"`
	Cases string `json:"cases"`
	Of    Ref    `json:"of" doc:"the rule that it comes from"`
	Pack  string `json:"pack" doc:"of that rule"`
}

func copyRule(ctx context.Context, d Deps, c portal.Caller, in ruleIn) (RuleCopy, error) {
	s, err := newRuleShower(ctx, d, c)
	if err != nil {
		return RuleCopy{}, err
	}
	r, err := s.ruleOf(in.Rule)
	if err != nil {
		return RuleCopy{}, err
	}
	out := RuleCopy{Slug: freeSlug(path.Base(r.Base()), s.files), Of: Ref{ID: r.ID, Name: r.Title}, Pack: r.Pack}
	if out.Text, err = r.Copy(newUUID); err != nil {
		return RuleCopy{}, err
	}
	if r.Pack != alert.OwnPack {
		text, err := d.Rules.CasesText(r)
		out.Cases = string(text)
		return out, err
	}
	versions, err := d.DB.Rules.Versions(ctx, c.Org.ID, s.files[r.File])
	if len(versions) > 0 {
		out.Cases = versions[0].Cases
	}
	return out, err
}

var noSlug = regexp.MustCompile(`[^a-z0-9]+`)

// freeSlug makes a name for a file that none of the organization's has.
func freeSlug(like string, files map[string]string) string {
	const most = 56 // room for a number
	base := strings.Trim(noSlug.ReplaceAllString(strings.ToLower(like), "_"), "_")
	base = strings.Trim(base[:min(len(base), most)], "_")
	if base == "" {
		base = "rule"
	}
	name := base
	for n := 2; files[name+".yaml"] != ""; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	return name
}

// newUUID returns a random UUID (RFC 9562, version 4), which Sigma wants for ids.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
