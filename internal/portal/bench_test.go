package portal

import "testing"

// BenchmarkVerify is what one attempt to sign in costs.
func BenchmarkVerify(b *testing.B) {
	h := NewHasher(DefaultCost(), 2)
	hash := h.hash("correct horse battery")
	b.ReportAllocs()
	for b.Loop() {
		if ok, _, err := h.Verify(b.Context(), hash, "correct horse battery"); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
