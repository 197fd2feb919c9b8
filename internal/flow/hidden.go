package flow

import (
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// hide keeps the secret outputs of an action (a link that resets a password) out
// of the run's history and of the ledger, wherever later cards put them.
func (x *execution) hide(a *connector.Action, out *value.Object) {
	var texts []string
	for _, p := range a.Outputs {
		if s := value.String(out.At(p.Name)); p.Secret && s != "" {
			texts = append(texts, s)
		}
	}
	x.conceal(texts)
}

// conceal keeps texts out of the run's history and of the ledger from here on.
func (x *execution) conceal(texts []string) {
	if len(texts) > 0 {
		x.secrets = append(x.secrets, texts...)
		x.hidden = secret.NewScrubber(x.secrets...)
	}
}

// leastCut is the shortest beginning of a secret that is taken out of words that
// were cut short in its middle.
const leastCut = 4

// scrubbed returns words without what is hidden. A secret in the middle of which
// they were cut short is taken out as well.
func (x *execution) scrubbed(words string) string {
	if x.hidden == nil {
		return words
	}
	parts := strings.SplitAfter(x.hidden.Text(words), "…")
	for i, part := range parts {
		head, cut := strings.CutSuffix(part, "…")
		for _, s := range x.secrets {
			if rest, begun := withoutBeginning(head, s); cut && begun {
				parts[i] = rest + secret.Mask + "…"
				break
			}
		}
	}
	return strings.Join(parts, "")
}

// withoutBeginning returns a text less the beginning of a secret at its end.
func withoutBeginning(text, s string) (string, bool) {
	for n := min(len(text), len(s)); n >= leastCut; n-- {
		if rest, ok := strings.CutSuffix(text, s[:n]); ok {
			return rest, true
		}
	}
	return text, false
}

// holdsHidden reports whether a value cannot be kept as it is.
func (x *execution) holdsHidden(v any) bool {
	if x.hidden == nil {
		return false
	}
	text := string(value.Store(v))
	return x.hidden.Text(text) != text
}
