"""Names of operators: ONNX's own, the fused ones of its usual runtime, and those that run code.

Source: the schemas of onnx 1.23 (`onnx.defs.get_all_schemas_with_history`), domains "" and ai.onnx.ml;
ContribOperators.md of onnxruntime for com.microsoft.
"""

from __future__ import annotations

from typing import Final

KNOWN_DOMAINS: Final = frozenset({"ai.onnx.ml", "com.microsoft"})
# In lower case: whichever domain they are said to be of, they hand over to Python, torch or a shared library.
UNSAFE: Final = frozenset(
    "python pythonop pythonopgrad pyop pycustomop pyfunc pyfuncstateless eagerpyfunc py_func aten atenop "
    "torchscript loadlibrary customop opaque exec shell system".split()
)
OPERATORS: Final = frozenset(
    "Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool "
    "BatchNormalization Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor "
    "BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress "
    "Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh "
    "CumProd CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout "
    "DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather "
    "GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater "
    "GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish "
    "Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization "
    "LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization LpPool MatMul "
    "MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix "
    "Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot "
    "Optional OptionalGetElement OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul "
    "QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform "
    "RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax "
    "ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize "
    "ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan Scatter ScatterElements ScatterND Selu "
    "SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength "
    "SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss "
    "Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat StringNormalizer "
    "StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile "
    "TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor".split()
)
FUSED: Final = frozenset(
    "ArrayFeatureExtractor Attention BeamSearch BiasAdd BiasGelu BiasSoftmax BiasSplitGelu Binarizer "
    "CDist CastMap CategoryMapper ComplexMul ConvTransposeWithDynamicPads "
    "DecoderMaskedMultiHeadAttention DequantizeLinear DictVectorizer DynamicQuantizeLSTM "
    "DynamicQuantizeMatMul EmbedLayerNormalization ExpandDims FastGelu FeatureVectorizer FusedConv "
    "FusedGemm FusedMatMul GatherBlockQuantized GatherND Gelu GemmFastGelu GroupNorm "
    "GroupQueryAttention Imputer Inverse LabelEncoder LinearClassifier LinearRegressor "
    "LongformerAttention MatMulBnb4 MatMulFpQ4 MatMulInteger16 MatMulIntegerToFloat MatMulNBits MoE "
    "MultiHeadAttention NGramRepeatBlock NhwcConv NhwcMaxPool Normalizer OneHotEncoder "
    "PackedAttention PackedMultiHeadAttention Pad QAttention QEmbedLayerNormalization QGemm "
    "QLinearAdd QLinearAveragePool QLinearConcat QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul "
    "QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere QMoE QOrderedAttention QOrderedGelu "
    "QOrderedLayerNormalization QOrderedMatMul QuantizeLinear QuickGelu Range ReduceSumInteger "
    "RelativePositionBias RemovePadding RestorePadding RotaryEmbedding SVMClassifier SVMRegressor "
    "Sampling Scaler SimplifiedLayerNormalization SkipGroupNorm SkipLayerNormalization "
    "SkipSimplifiedLayerNormalization SparseAttention Tokenizer TransposeMatMul TreeEnsemble "
    "TreeEnsembleClassifier TreeEnsembleRegressor Trilu UnfoldTensor Unique WordConvEmbedding ZipMap".split()
)
