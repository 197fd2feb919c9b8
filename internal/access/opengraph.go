package access

import (
	"bufio"
	"io"
	"strings"

	"sallyport/internal/inventory"
)

// The kinds of BloodHound's OpenGraph are ours with a prefix, so that none is
// taken for one of its own.
const (
	openGraphPrefix = "Sallyport_"
	openGraphSource = "Sallyport"
)

type openNode struct {
	ID         string         `json:"id"`
	Kinds      []string       `json:"kinds"`
	Properties map[string]any `json:"properties"`
}

type openEnd struct {
	Value   string `json:"value"`
	MatchBy string `json:"match_by"`
}

type openEdge struct {
	Start      openEnd        `json:"start"`
	End        openEnd        `json:"end"`
	Kind       string         `json:"kind"`
	Properties map[string]any `json:"properties"`
}

// WriteOpenGraph writes the graph as BloodHound ingests it. What is passed
// through is a node there, too: a step to each of its ends would be millions.
// Ids begin with that of the org, for one BloodHound may hold several.
func (g *Graph) WriteOpenGraph(w io.Writer, org string) error {
	s := &stream{w: bufio.NewWriter(w)}
	id := func(n uint32) string { return org + "/" + g.nodes[n].String() }
	s.text(`{"metadata":{"source_kind":"` + openGraphSource + `"},"graph":{"nodes":[`)
	for i := range g.nodes {
		n := uint32(i)
		if err := s.item(openNode{id(n), []string{openKind(g.nodes[n])}, g.properties(n)}); err != nil {
			break
		}
	}
	s.list(`],"edges":[`)
	for i := range g.from {
		e := uint32(i)
		x := g.Step(e)
		properties := map[string]any{"confidence": x.Confidence.String(), "traversable": g.walks(e)}
		if x.Why != "" {
			properties["why"] = x.Why
		}
		if len(x.Changes) > 0 {
			properties["remedy"] = x.Changes[0].String()
		}
		edge := openEdge{openEnd{id(g.from[e]), "id"}, openEnd{id(g.to[e]), "id"}, openGraphPrefix + string(x.Kind), properties}
		if err := s.item(edge); err != nil {
			break
		}
	}
	s.text("]}}\n")
	return s.end("write an OpenGraph")
}

// openKind is a kind as a name: api_token is Sallyport_ApiToken, and the aspect
// credential of an app Sallyport_AppCredential.
func openKind(n Node) string {
	var out strings.Builder
	out.WriteString(openGraphPrefix)
	for word := range strings.SplitSeq(string(n.Kind)+"_"+string(n.Aspect), "_") {
		if word != "" {
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

func (g *Graph) properties(n uint32) map[string]any {
	out := map[string]any{"name": g.names[n], "oktaid": g.nodes[n].ID}
	if tier := g.tierOf(g.nodes[n]); tier >= 0 {
		out["tier"] = tier
	}
	if u, ok := g.person(n); ok {
		out["status"], out["admin"], out["factorstrength"] = u.status, u.admin, u.factor.String()
		if !u.lastLogin.IsZero() {
			out["lastlogin"] = u.lastLogin.Unix()
		}
	}
	if n := g.nodes[n]; n.Kind == inventory.Role {
		out["role"] = n.ID
	}
	return out
}
