package fleet

import "sync"

// Node is one place in the business tree. Nodes are never changed or removed
// once they are known, so they can be shared freely.
type Node struct {
	Index  int // position in [Tree.Nodes]; parents come before their children
	Parent int // index of the parent, -1 for a node of the first level
	Path   Path
	ID     string // Path.ID()
	Module bool   // the last level of the hierarchy
}

// Level is the position of the node's label in the hierarchy, from 0.
func (n *Node) Level() int { return len(n.Path) - 1 }

// Tree numbers the nodes of a business tree in the order in which they are
// first seen. All methods may be called from many goroutines.
type Tree struct {
	levels []string // immutable

	mu    sync.RWMutex // protects the fields below
	nodes []*Node
	byID  map[string]*Node
}

// NewTree returns an empty tree over the labels of the hierarchy, top first.
func NewTree(hierarchy []string) *Tree {
	return &Tree{levels: hierarchy, byID: map[string]*Node{}}
}

// Levels returns the labels of the hierarchy, top first.
func (t *Tree) Levels() []string { return t.levels }

// Add returns the module at path, adding it and the nodes above it if they are
// new. The path must have one name for each level.
func (t *Tree) Add(path Path) *Node {
	id := path.ID()
	t.mu.RLock()
	n := t.byID[id]
	t.mu.RUnlock()
	if n != nil {
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	parent := -1
	for level := range path {
		n = t.addLocked(path[:level+1:level+1], parent)
		parent = n.Index
	}
	return n
}

// addLocked returns the node at path, adding it under parent. t.mu must be held.
func (t *Tree) addLocked(path Path, parent int) *Node {
	id := path.ID()
	if n := t.byID[id]; n != nil {
		return n
	}
	n := &Node{Index: len(t.nodes), Parent: parent, Path: path, ID: id, Module: len(path) == len(t.levels)}
	t.nodes = append(t.nodes, n)
	t.byID[id] = n
	return n
}

// Find returns the node with this id, nil if there is none.
func (t *Tree) Find(id string) *Node {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.byID[id]
}

// Nodes returns all nodes that are known now, by index. The slice must not be
// changed; it does not grow.
func (t *Tree) Nodes() []*Node {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.nodes[:len(t.nodes):len(t.nodes)]
}
