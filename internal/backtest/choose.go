package backtest

import (
	"slices"
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/rule"
)

// Published returns the rule that some files have under a name: its id, its name,
// or that with its pack.
func Published(files []rule.File, name string) ([]*rule.Rule, error) {
	shelf, _ := rule.NewShelf(files...)
	for _, r := range shelf.All() {
		if r.ID == name || r.Slug == name || r.Key() == name {
			return []*rule.Rule{r}, nil
		}
	}
	return nil, errs.New(errs.NotFound, "there is no rule %q", name)
}

// Draft returns the rules of a text, and those that it would take the place of:
// of the organization's file of that name, and of files that have rules of the
// same ids. Correlations of the text may refer to what is in the other files.
func Draft(files []rule.File, name, text string) (rules, before []*rule.Rule, err error) {
	f := rule.Parse(alert.OwnPack, name, []byte(text))
	replaced := func(old rule.File) bool {
		return old.Pack == f.Pack && old.Name == f.Name || slices.ContainsFunc(old.Rules, func(r *rule.Rule) bool {
			return slices.ContainsFunc(f.Rules, func(x *rule.Rule) bool { return x.ID != "" && x.ID == r.ID })
		})
	}
	var rest []rule.File
	old := map[[2]string]bool{}
	for _, one := range files {
		if replaced(one) {
			old[[2]string{one.Pack, one.Name}] = true
		} else {
			rest = append(rest, one)
		}
	}
	shelf, report := rule.NewShelf(append(rest, f)...)
	var wrong []string
	for _, p := range report.Problems {
		if !p.Warning && p.Pack == f.Pack && p.File == f.Name {
			wrong = append(wrong, p.String())
		}
	}
	if len(wrong) > 0 {
		return nil, nil, errs.New(errs.Invalid, "%s", strings.Join(wrong, "; "))
	}
	mine := func(on *rule.Shelf, in func(pack, file string) bool) (out []*rule.Rule) {
		for _, r := range on.All() {
			if !r.Part && in(r.Pack, r.File) {
				out = append(out, r)
			}
		}
		return out
	}
	rules = mine(shelf, func(pack, file string) bool { return pack == f.Pack && file == f.Name })
	if len(rules) == 0 {
		return nil, nil, errs.New(errs.Invalid, "there is no rule about events of Okta or Auth0 in it")
	}
	published, _ := rule.NewShelf(files...)
	return rules, mine(published, func(pack, file string) bool { return old[[2]string{pack, file}] }), nil
}
