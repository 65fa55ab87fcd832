package document

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Limits of one expression. The cost is counted as the library does: about one for a
// step of the evaluation, and one for every ten bytes of a text that is made.
const (
	maxExpression = 8 << 10   // characters
	maxCost       = 1_000_000 // a few hundred milliseconds at most
	maxText       = 256 << 10 // bytes of a text that a function makes
)

// language is the Common Expression Language with the functions of flows. Those of the
// library's own extensions can make values of any size before their cost is counted.
var language = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(100),
		cel.CrossTypeNumericComparisons(true),
		cel.Function("join", cel.MemberOverload("join_list_text", []*cel.Type{cel.ListType(cel.StringType), cel.StringType}, cel.StringType,
			cel.BinaryBinding(join))),
		cel.Function("split", cel.MemberOverload("split_text_text", []*cel.Type{cel.StringType, cel.StringType}, cel.ListType(cel.StringType),
			cel.BinaryBinding(split))),
		cel.Function("replace", cel.MemberOverload("replace_text", []*cel.Type{cel.StringType, cel.StringType, cel.StringType}, cel.StringType,
			cel.FunctionBinding(replace))),
		cel.Function("trim", cel.MemberOverload("trim_text", []*cel.Type{cel.StringType}, cel.StringType, textOf(strings.TrimSpace))),
		cel.Function("lower", cel.MemberOverload("lower_text", []*cel.Type{cel.StringType}, cel.StringType, textOf(strings.ToLower))),
		cel.Function("upper", cel.MemberOverload("upper_text", []*cel.Type{cel.StringType}, cel.StringType, textOf(strings.ToUpper))),
		cel.Function("slice",
			cel.MemberOverload("slice_list", []*cel.Type{listOfT, cel.IntType, cel.IntType}, listOfT, cel.FunctionBinding(slice)),
			cel.MemberOverload("slice_rest", []*cel.Type{listOfT, cel.IntType}, listOfT, cel.BinaryBinding(rest))),
		cel.Function("batches", cel.MemberOverload("batches_list", []*cel.Type{listOfT, cel.IntType}, cel.ListType(listOfT), cel.BinaryBinding(batches))),
		cel.Function("last", cel.MemberOverload("last_list", []*cel.Type{listOfT}, cel.TypeParamType("T"), cel.UnaryBinding(last))),
		cel.Function("range", cel.Overload("range_whole", []*cel.Type{cel.IntType}, cel.ListType(cel.IntType), cel.UnaryBinding(indices))),
		cel.Function("ceil", cel.Overload("ceil_number", []*cel.Type{cel.DoubleType}, cel.IntType, cel.UnaryBinding(ceil))),
		cel.Function("max", cel.Overload("max_whole", []*cel.Type{cel.IntType, cel.IntType}, cel.IntType, cel.BinaryBinding(larger))),
		cel.Function("min", cel.Overload("min_whole", []*cel.Type{cel.IntType, cel.IntType}, cel.IntType, cel.BinaryBinding(smaller))),
	)
})

var listOfT = cel.ListType(cel.TypeParamType("T"))

// join makes a text of a list's texts, with another one between.
func join(list, between ref.Val) ref.Val {
	var texts []string
	size := 0
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		text, ok := it.Next().(types.String)
		if !ok {
			return types.NewErr("join: want a list of texts")
		}
		if size += len(text) + len(between.(types.String)); size > maxText {
			return tooLarge("join")
		}
		texts = append(texts, string(text))
	}
	return types.String(strings.Join(texts, string(between.(types.String))))
}

func split(text, at ref.Val) ref.Val {
	return types.DefaultTypeAdapter.NativeToValue(strings.Split(string(text.(types.String)), string(at.(types.String))))
}

// replace puts one text in the place of each occurrence of another.
func replace(args ...ref.Val) ref.Val {
	text, old, by := string(args[0].(types.String)), string(args[1].(types.String)), string(args[2].(types.String))
	if len(text)+strings.Count(text, old)*len(by) > maxText {
		return tooLarge("replace")
	}
	return types.String(strings.ReplaceAll(text, old, by))
}

func textOf(f func(string) string) cel.OverloadOpt {
	return cel.UnaryBinding(func(text ref.Val) ref.Val { return types.String(f(string(text.(types.String)))) })
}

// slice is the elements from one index to before another. Indices beyond the list's end
// mean its end, so that a first batch and the rest need no case for a short list.
func slice(args ...ref.Val) ref.Val {
	list := args[0].(traits.Lister)
	size := list.Size().(types.Int)
	from, to := args[1].(types.Int), min(args[2].(types.Int), size)
	if from < 0 || to < 0 {
		return types.NewErr("slice: want indices from 0, found %d and %d", from, to)
	}
	elements := []ref.Val{}
	for i := from; i < to; i++ {
		elements = append(elements, list.Get(i))
	}
	return types.DefaultTypeAdapter.NativeToValue(elements)
}

// rest is what is in a list from an index on.
func rest(list, from ref.Val) ref.Val { return slice(list, from, list.(traits.Lister).Size()) }

// batches cuts a list into lists of n elements; the last one may have fewer.
func batches(list, n ref.Val) ref.Val {
	step, size := n.(types.Int), list.(traits.Lister).Size().(types.Int)
	if step < 1 {
		return types.NewErr("batches: want at least 1 element in each, found %d", step)
	}
	all := []ref.Val{}
	for from := types.Int(0); from < size; from += min(step, size) {
		all = append(all, slice(list, from, from+min(step, size)))
	}
	return types.DefaultTypeAdapter.NativeToValue(all)
}

// last is the last element of a list.
func last(list ref.Val) ref.Val {
	l := list.(traits.Lister)
	if n := l.Size().(types.Int); n > 0 {
		return l.Get(n - 1)
	}
	return types.NewErr("last: the list is empty")
}

// indices are the whole numbers from 0 to before n.
func indices(n ref.Val) ref.Val {
	if n.(types.Int) < 0 || n.(types.Int) > MaxElements {
		return types.NewErr("range: want 0 to %d, found %d", MaxElements, n)
	}
	list := make([]int64, n.(types.Int))
	for i := range list {
		list[i] = int64(i)
	}
	return types.DefaultTypeAdapter.NativeToValue(list)
}

// ceil is the smallest whole number that is not below x.
func ceil(x ref.Val) ref.Val {
	up := math.Ceil(float64(x.(types.Double)))
	if !(math.Abs(up) < 1<<53) {
		return types.NewErr("ceil: %v is beyond the whole numbers", x)
	}
	return types.Int(up)
}

func larger(a, b ref.Val) ref.Val  { return max(a.(types.Int), b.(types.Int)) }
func smaller(a, b ref.Val) ref.Val { return min(a.(types.Int), b.(types.Int)) }

func tooLarge(function string) ref.Val {
	return types.NewErr("%s", fmt.Sprintf("%s: the text would have more than %d bytes", function, maxText))
}

// costs counts what our own functions do: one for each element and each ten bytes that
// they go through or make.
type costs struct{}

// CallCost returns nil for functions of the library, which counts those itself.
func (costs) CallCost(function, overload string, args []ref.Val, result ref.Val) *uint64 {
	switch function {
	case "join", "split", "replace", "trim", "lower", "upper", "slice", "batches", "range":
		cost := uint64(1)
		for _, v := range append(args, result) {
			switch v := v.(type) {
			case types.String:
				cost += uint64(len(v)) / 10
			case traits.Lister:
				n, _ := v.Size().(types.Int)
				cost += uint64(n)
			}
		}
		return &cost
	}
	return nil
}
