package api

import (
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// The servers are shown with what they hold, of which only the organization's own
// is named.
func TestNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ctx, self := t.Context(), b.db.Self()
		for name, org := range map[string]string{"Ours": b.acme.ID, "Theirs": b.evil.ID} {
			s := source.Source{ID: name, Org: org, Name: name, Kind: source.Okta, CreatedAt: b.now()}
			if err := b.db.Sources.Save(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.db.Nodes.Join(ctx, store.Node{ID: self, Host: "one", Version: "1.0", Workers: 8, StartedAt: b.now()}); err != nil {
			t.Fatal(err)
		}
		for lease, holder := range map[string]string{"source/Ours": self + "/a", "source/Theirs": self + "/b", "audit tcp://c": self, "source/none": "another"} {
			if ok, err := b.db.Leases.Hold(ctx, lease, holder, time.Minute); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		b.as(b.acme, "vic@acme.example", portal.Analyst).get("/api/v1/nodes", 403)
		c := b.admin()
		got := c.get("/api/v1/nodes", 200)
		nodes, _ := got.At("nodes").([]any)
		if len(nodes) != 1 {
			t.Fatalf("the servers are %v", got)
		}
		n, _ := nodes[0].(*value.Object)
		sources, _ := n.At("sources").([]any)
		if n.Text("host") != "one" || n.Text("state") != "running" || n.At("answers") != true || len(sources) != 1 || n.At("others") != 1.0 || string(value.JSON(n.At("duties"))) != `["audit"]` {
			t.Errorf("the server is %s", value.JSON(n))
		}
		if queue, _ := got.At("queue").([]any); queue == nil || got.Text("database") != b.db.Dialect() {
			t.Errorf("they are %s", value.JSON(got))
		}
	})
}
