package migration_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flopack"
	"sallyport/internal/migration"
	"sallyport/internal/value"
)

// shuffler changes an export in ways that change nothing about its flows.
type shuffler struct {
	r   *rand.Rand
	ids []string // pairs of old and new, in quotes
}

func (s *shuffler) object(o *value.Object) *value.Object {
	keys := o.Keys()
	s.r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	out := value.NewObject(len(keys))
	for _, k := range keys {
		out.Set(k, o.At(k))
	}
	return out
}

func (s *shuffler) rename(id string) {
	s.ids = append(s.ids, strconv.Quote(id), strconv.Quote("r"+strconv.Itoa(len(s.ids))+"-"+strconv.Itoa(int(s.r.Int32()))))
}

func (s *shuffler) export(top *value.Object) {
	data := top.Object("data")
	for _, key := range []string{"flos", "configs", "tables", "groups"} {
		all := s.object(data.Object(key))
		data.Set(key, all)
		for id := range all.All() {
			s.rename(id)
		}
	}
	for _, v := range data.Object("flos").All() {
		s.graph(v.(*value.Object).Object("data"))
	}
}

func (s *shuffler) graph(g *value.Object) {
	methods, _ := g.At("methods").([]any)
	s.r.Shuffle(len(methods), func(i, j int) { methods[i], methods[j] = methods[j], methods[i] })
	g.Set("orderings", s.object(g.Object("orderings")))
	for _, m := range methods {
		c := m.(*value.Object)
		s.rename(c.Text("uuid"))
		model := c.Object("node").Object("model")
		for _, side := range []string{"inputs", "outputs"} {
			fields := s.object(model.Object(side).Object("data"))
			model.Object(side).Set("data", fields)
			for id, f := range fields.All() {
				s.rename(id)
				if body, ok := f.(*value.Object).Object("value").At("data").(*value.Object); ok && body.At("methods") != nil {
					s.graph(body)
				}
			}
		}
		for _, key := range []string{"pins", "joins", "branches"} {
			if o := c.Object(key); o != nil {
				c.Set(key, s.object(o))
			}
		}
		if handler := model.Object("policy").Object("error").Object("flo"); handler != nil {
			s.graph(handler)
		}
	}
}

// Ids and the order of things in the file say nothing: what comes out is the same.
func TestNothingChanges(t *testing.T) {
	cat := catalogue(t)
	for _, file := range corpus(t) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := translated(t, string(text), cat)
			v, err := value.ParseJSON(text)
			if err != nil {
				t.Fatal(err)
			}
			s := &shuffler{r: rand.New(rand.NewPCG(1, uint64(len(text))))}
			s.export(v.(*value.Object))
			changed := strings.NewReplacer(s.ids...).Replace(string(value.JSON(v)))
			if strings.Contains(changed, s.ids[0]) {
				t.Fatal("nothing was renamed")
			}
			got := translated(t, changed, cat)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// translated are the flows of an export by their names.
func translated(t testing.TB, text string, cat migration.Catalogue) map[string]string {
	t.Helper()
	d, problems, err := flopack.Parse([]byte(text))
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	res, err := migration.Translate(d, cat)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range res.Flows {
		out[f.Slug] = f.YAML
	}
	return out
}
